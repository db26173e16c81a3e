package spool

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A frame, all big endian:
//
//	bytes 0–3   marker
//	bytes 4–7   length n of the body
//	bytes 8–11  CRC-32C of the length and the body
//	n           body
//
// The marker makes the next frame findable behind a damaged one. It cannot
// stand in a body, which is valid UTF-8.
const (
	marker      = "\xffdt\xfe"
	frameHeader = len(marker) + 4 + 4
	// maxBody bounds a body, so that a damaged length does not look like a
	// frame that is still to come.
	maxBody = 4 << 20
)

func appendFrame(dst, body []byte) []byte {
	length := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	dst = append(dst, marker...)
	dst = append(dst, length...)
	dst = binary.BigEndian.AppendUint32(dst, checksum(length, body))
	return append(dst, body...)
}

func checksum(length, body []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli) // the library makes it once
	return crc32.Update(crc32.Checksum(length, table), table, body)
}

// cutFrame returns the body of the frame that b begins with, and its whole size.
func cutFrame(b []byte) (body []byte, size int, ok bool) {
	length, announced := announcedBody(b)
	size = frameHeader + length
	if !announced || size > len(b) {
		return nil, 0, false
	}
	body = b[frameHeader:size:size]
	sum := binary.BigEndian.Uint32(b[len(marker)+4:])
	return body, size, checksum(b[len(marker):len(marker)+4], body) == sum
}

// announcedBody returns the length that the header at the beginning of b tells.
func announcedBody(b []byte) (n int, ok bool) {
	if len(b) < frameHeader || string(b[:len(marker)]) != marker {
		return 0, false
	}
	n = int(binary.BigEndian.Uint32(b[len(marker):]))
	return n, n <= maxBody
}

// span is a part of a file.
type span struct{ from, to int }

// scan shows every whole frame in b, in order. gaps is what lies between them
// and is none; end is where a torn tail begins, len(b) if there is none.
func scan(b []byte, show func(at span, body []byte)) (gaps []span, end int) {
	for at := 0; at < len(b); {
		body, size, ok := cutFrame(b[at:])
		if ok {
			show(span{at, at + size}, body)
			at += size
			continue
		}
		next := nextFrame(b, at+1)
		if next < 0 {
			if isTorn(b[at:]) {
				return gaps, at
			}
			return append(gaps, span{at, len(b)}), len(b)
		}
		gaps = append(gaps, span{at, next})
		at = next
	}
	return gaps, len(b)
}

// nextFrame returns where the first whole frame at or after from begins, −1 if
// there is none.
func nextFrame(b []byte, from int) int {
	for {
		i := bytes.Index(b[from:], []byte(marker))
		if i < 0 {
			return -1
		}
		from += i
		if _, _, ok := cutFrame(b[from:]); ok {
			return from
		}
		from++
	}
}

// isTorn reports whether tail, which holds no whole frame, is what a crash
// leaves: a frame that ends too early, or room that was never written to.
func isTorn(tail []byte) bool {
	if len(bytes.Trim(tail, "\x00")) == 0 {
		return true
	}
	if len(tail) < frameHeader {
		n := min(len(tail), len(marker))
		return string(tail[:n]) == marker[:n]
	}
	n, announced := announcedBody(tail)
	return announced && frameHeader+n > len(tail)
}
