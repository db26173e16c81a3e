package boltstore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"
)

// A stored value is: CRC-32C of the rest (4), the end in Unix milliseconds (8),
// the record. bbolt itself has no checksums over what it stores.
const valueHeader = 4 + 8

var (
	castagnoli  = crc32.MakeTable(crc32.Castagnoli)
	errChecksum = errors.New("checksum mismatch")
	errShort    = errors.New("value too short")
)

func wrap(expires time.Time, rec []byte) []byte {
	b := make([]byte, valueHeader, valueHeader+len(rec))
	binary.BigEndian.PutUint64(b[4:], uint64(expires.UnixMilli()))
	b = append(b, rec...)
	binary.BigEndian.PutUint32(b, crc32.Checksum(b[4:], castagnoli))
	return b
}

// unwrap returns the parts of a stored value; rec is memory of the store.
func unwrap(b []byte) (expires time.Time, rec []byte, err error) {
	if len(b) < valueHeader || crc32.Checksum(b[4:], castagnoli) != binary.BigEndian.Uint32(b) {
		return time.Time{}, nil, errChecksum
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[4:]))), b[valueHeader:], nil
}

// endsOf returns the end of a stored value without looking at the rest; false
// if there is no value.
func endsOf(b []byte) (time.Time, bool) {
	if len(b) < valueHeader {
		return time.Time{}, b != nil
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[4:]))), true
}

// over reports whether a value with that end is as if absent at now.
func over(expires, now time.Time) bool { return !now.Before(expires) }
