package media

import (
	"bytes"
	"encoding/binary"
)

// Kind is one of the kinds of files that are kept.
type Kind struct {
	Type string // media type
	Ext  string // ending, without the dot
}

// kinds are all of them, with what tells one from its bytes.
var kinds = []struct {
	Kind
	is func(data []byte) bool
}{
	{Kind{"image/jpeg", "jpg"}, begins("\xff\xd8\xff")},
	{Kind{"image/png", "png"}, begins("\x89PNG\r\n\x1a\n")},
	{Kind{"image/gif", "gif"}, func(d []byte) bool { return begins("GIF87a")(d) || begins("GIF89a")(d) }},
	{Kind{"image/webp", "webp"}, func(d []byte) bool { return begins("RIFF")(d) && at(d, 8, "WEBPVP8") }},
	{Kind{"audio/ogg", "ogg"}, isOpus},
	{Kind{"audio/aac", "aac"}, isADTS},
	{Kind{"audio/mpeg", "mp3"}, isMP3},
	{Kind{"audio/mp4", "m4a"}, func(d []byte) bool { return isBrand(d, "M4A ", "M4B ") }},
	{Kind{"video/mp4", "mp4"}, func(d []byte) bool {
		return isBrand(d, "isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "dash", "MSNV", "3gp4", "3gp5", "3gp6")
	}},
	{Kind{"application/pdf", "pdf"}, begins("%PDF-")},
	{Kind{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"}, isDocx},
	{Kind{"application/msword", "doc"}, isDoc},
}

// Sniff says what a whole file is, from its bytes alone; ok is false if it is
// none of the kinds that are kept.
func Sniff(data []byte) (_ Kind, ok bool) {
	for _, k := range kinds {
		if k.is(data) {
			return k.Kind, true
		}
	}
	return Kind{}, false
}

// kindOfExt returns the kind of files with that ending.
func kindOfExt(ext string) (Kind, bool) {
	for _, k := range kinds {
		if k.Ext == ext {
			return k.Kind, true
		}
	}
	return Kind{}, false
}

func begins(magic string) func([]byte) bool {
	return func(data []byte) bool { return at(data, 0, magic) }
}

func at(data []byte, offset int, magic string) bool {
	return len(data) >= offset+len(magic) && string(data[offset:offset+len(magic)]) == magic
}

// isOpus tells a voice note: an Ogg stream whose first page says that it is Opus.
func isOpus(data []byte) bool {
	const header = 27 // of a page, before the table of its segments
	if !at(data, 0, "OggS\x00") || len(data) < header+1 {
		return false
	}
	return at(data, header+int(data[header-1]), "OpusHead")
}

// isBrand tells an MP4 file by the brand that it names first.
func isBrand(data []byte, brands ...string) bool {
	if !at(data, 4, "ftyp") {
		return false
	}
	for _, b := range brands {
		if at(data, 8, b) {
			return true
		}
	}
	return false
}

// isADTS tells raw AAC. Its mark is only twelve bits long, so the frame after the
// first must be where the first one's length says.
func isADTS(data []byte) bool {
	n, ok := adtsFrame(data)
	if !ok || n >= len(data) {
		return ok && n == len(data)
	}
	_, ok = adtsFrame(data[n:])
	return ok
}

// adtsFrame returns the length of the frame that data begins with.
func adtsFrame(data []byte) (int, bool) {
	const header = 7
	if len(data) < header || data[0] != 0xff || data[1]&0xf6 != 0xf0 {
		return 0, false
	}
	rate := data[2] >> 2 & 0xf
	n := int(data[3]&3)<<11 | int(data[4])<<3 | int(data[5])>>5
	return n, rate < 13 && n > header
}

// isMP3 tells an MP3 file: by its tag, or by two frames in a row.
func isMP3(data []byte) bool {
	if at(data, 0, "ID3") && len(data) > 10 && data[3] < 0xff && data[4] < 0xff {
		size := 0 // of the tag: seven bits in each byte
		for _, b := range data[6:10] {
			if b >= 0x80 {
				return false
			}
			size = size<<7 | int(b)
		}
		if 10+size >= len(data) {
			return false
		}
		data = bytes.TrimLeft(data[10+size:], "\x00") // padding
	}
	n, ok := mp3Frame(data)
	if !ok || n >= len(data) {
		return ok && n == len(data)
	}
	_, ok = mp3Frame(data[n:])
	return ok
}

// mp3Rates are bits and samples per second, in thousands and in units, of MPEG 1
// and of 2 and 2.5, layer III.
var (
	mp3Bits = [2][16]int{
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
	}
	mp3Samples = [4][3]int{{11025, 12000, 8000}, {}, {22050, 24000, 16000}, {44100, 48000, 32000}}
)

// mp3Frame returns the length of the layer III frame that data begins with.
func mp3Frame(data []byte) (int, bool) {
	if len(data) < 4 {
		return 0, false
	}
	h := binary.BigEndian.Uint32(data)
	version, layer, rate := h>>19&3, h>>17&3, h>>10&3
	if h>>21 != 0x7ff || version == 1 || layer != 1 || rate == 3 {
		return 0, false
	}
	older, slots := 1, 72
	if version == 3 {
		older, slots = 0, 144
	}
	bits := mp3Bits[older][h>>12&0xf] * 1000
	if bits == 0 {
		return 0, false
	}
	return slots*bits/mp3Samples[version][rate] + int(h>>9&1), true
}
