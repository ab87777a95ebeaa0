package hdf5

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// checked returns an error unless the last four bytes of block are the checksum of those before them.
func checked(block []byte) error {
	n := len(block) - 4
	if n < 0 || binary.LittleEndian.Uint32(block[n:]) != checksum(block[:n]) {
		return errors.New("damaged: its checksum is another")
	}
	return nil
}

// checksum is the hash that guards metadata of version 2: lookup3's hashlittle (Jenkins, 2006) from 0.
func checksum(b []byte) uint32 {
	start := 0xdeadbeef + uint32(len(b))
	x, y, z := start, start, start
	if len(b) == 0 {
		return z
	}
	for ; len(b) > 12; b = b[12:] {
		x += binary.LittleEndian.Uint32(b)
		y += binary.LittleEndian.Uint32(b[4:])
		z += binary.LittleEndian.Uint32(b[8:])
		x, z = (x-z)^bits.RotateLeft32(z, 4), z+y
		y, x = (y-x)^bits.RotateLeft32(x, 6), x+z
		z, y = (z-y)^bits.RotateLeft32(y, 8), y+x
		x, z = (x-z)^bits.RotateLeft32(z, 16), z+y
		y, x = (y-x)^bits.RotateLeft32(x, 19), x+z
		z, y = (z-y)^bits.RotateLeft32(y, 4), y+x
	}
	var last [12]byte
	copy(last[:], b)
	x += binary.LittleEndian.Uint32(last[:])
	y += binary.LittleEndian.Uint32(last[4:])
	z += binary.LittleEndian.Uint32(last[8:])
	z = (z ^ y) - bits.RotateLeft32(y, 14)
	x = (x ^ z) - bits.RotateLeft32(z, 11)
	y = (y ^ x) - bits.RotateLeft32(x, 25)
	z = (z ^ y) - bits.RotateLeft32(y, 16)
	x = (x ^ z) - bits.RotateLeft32(z, 4)
	y = (y ^ x) - bits.RotateLeft32(x, 14)
	return (z ^ y) - bits.RotateLeft32(y, 24)
}
