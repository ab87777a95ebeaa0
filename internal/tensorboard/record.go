package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
)

// appendRecord appends data to to, as one record of TensorFlow's TFRecord format. Numbers are little-endian:
//
//	uint64 length | uint32 masked CRC-32C of those 8 bytes | data | uint32 masked CRC-32C of data
func appendRecord(to, data []byte) []byte {
	begin := len(to)
	to = binary.LittleEndian.AppendUint64(to, uint64(len(data)))
	to = binary.LittleEndian.AppendUint32(to, maskedCRC(to[begin:]))
	to = append(to, data...)
	return binary.LittleEndian.AppendUint32(to, maskedCRC(data))
}

// maskedCRC returns the CRC-32C of data, rotated right by 15 bits, plus a constant. The format masks CRCs because a CRC
// over data that contain CRCs would be weak.
func maskedCRC(data []byte) uint32 {
	const delta = 0xa282ead8
	crc := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return (crc>>15 | crc<<17) + delta
}
