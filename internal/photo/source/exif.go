package source

import (
	"bytes"
	"encoding/binary"
)

// orientation returns the value of the EXIF tag 0x0112 (Exif 2.32, 4.6.4 A: 1 to 8) of a file; 1, upright, if it has
// none or one that makes no sense.
func orientation(format string, data []byte) int {
	tags := []byte(nil)
	switch format {
	case "JPEG":
		segments(data, func(marker byte, body []byte) bool {
			if after, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
				tags = after
			}
			return tags == nil
		})
	case "PNG":
		tags = chunk(data, 8, "eXIf", true)
	case "WebP":
		tags = bytes.TrimPrefix(chunk(data, 12, "EXIF", false), []byte("Exif\x00\x00"))
	case "TIFF":
		tags = data
	}
	if o := tagOrientation(tags); o >= 1 && o <= 8 {
		return o
	}
	return 1
}

// chunk returns the body of the first chunk of that name in a file of chunks that begin at the offset at: PNG's (length,
// name, body, checksum) or RIFF's (name, length, body, padded to an even length). It is nil if there is none.
func chunk(data []byte, at int, name string, isPNG bool) []byte {
	for at+8 <= len(data) {
		id, length, after := data[at:at+4], binary.LittleEndian.Uint32(data[at+4:]), 0
		if isPNG {
			id, length, after = data[at+4:at+8], binary.BigEndian.Uint32(data[at:]), 4
		} else if length%2 == 1 {
			after = 1
		}
		at += 8
		if int64(length) > int64(len(data)-at) {
			return nil
		}
		if string(id) == name {
			return data[at : at+int(length)]
		}
		at += int(length) + after
	}
	return nil
}

// tagOrientation returns the tag 0x0112 of the first directory of a TIFF structure (TIFF 6.0, section 2), or 0.
func tagOrientation(data []byte) int {
	if len(data) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(data[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := int64(order.Uint32(data[4:]))
	if at+2 > int64(len(data)) {
		return 0
	}
	count := int64(order.Uint16(data[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(data)) {
			return 0
		}
		if order.Uint16(data[entry:]) == 0x0112 {
			return int(order.Uint16(data[entry+8:])) // a SHORT stands at the start of the field
		}
	}
	return 0
}
