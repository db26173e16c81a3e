package media_test

import (
	"slices"
	"testing"

	"github.com/doithoai/doithoai/internal/media"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	for name, test := range map[string]struct {
		data      []byte
		kind, ext string // both empty: refused
	}{
		"jpeg":                  {jpeg(), "image/jpeg", "jpg"},
		"png":                   {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "image/png", "png"},
		"gif":                   {[]byte("GIF89a\x01\x00"), "image/gif", "gif"},
		"old gif":               {[]byte("GIF87a\x01\x00"), "image/gif", "gif"},
		"webp":                  {[]byte("RIFF\x24\x00\x00\x00WEBPVP8 "), "image/webp", "webp"},
		"opus":                  {opus(), "audio/ogg", "ogg"},
		"aac":                   {aac(), "audio/aac", "aac"},
		"aac of one frame":      {aacFrame(30), "audio/aac", "aac"},
		"mp3":                   {mp3(), "audio/mpeg", "mp3"},
		"mp3 with a tag":        {slices.Concat([]byte("ID3\x04\x00\x00\x00\x00\x00\x05title"), mp3()), "audio/mpeg", "mp3"},
		"m4a":                   {box("M4A "), "audio/mp4", "m4a"},
		"mp4":                   {box("isom"), "video/mp4", "mp4"},
		"mp4 of a phone":        {box("mp42"), "video/mp4", "mp4"},
		"pdf":                   {[]byte("%PDF-1.7\n"), "application/pdf", "pdf"},
		"docx":                  {archive(t, "[Content_Types].xml", "word/document.xml"), docx, "docx"},
		"doc":                   {compound("Root Entry", "WordDocument"), "application/msword", "doc"},
		"nothing":               {nil, "", ""},
		"text":                  {[]byte("Kính gửi Ủy ban nhân dân xã"), "", ""},
		"a page":                {[]byte("<!DOCTYPE html><script>alert(1)</script>"), "", ""},
		"a drawing with script": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "", ""},
		"a program":             {[]byte("MZ\x90\x00\x03\x00\x00\x00"), "", ""},
		"another program":       {[]byte("\x7fELF\x02\x01\x01"), "", ""},
		"a script":              {[]byte("#!/bin/sh\nrm -rf /"), "", ""},
		"an archive":            {archive(t, "a.txt"), "", ""},
		"a sheet":               {archive(t, "[Content_Types].xml", "xl/workbook.xml"), "", ""},
		"docx with macros":      {archive(t, "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "", ""},
		"broken docx":           {archive(t, "[Content_Types].xml", "word/document.xml")[:60], "", ""},
		"old sheet":             {compound("Root Entry", "Workbook"), "", ""},
		"doc with macros":       {compound("WordDocument", "_VBA_PROJECT"), "", ""},
		"ogg of another kind":   {vorbis(), "", ""},
		"cut ogg":               {opus()[:20], "", ""},
		"heic":                  {box("heic"), "", ""},
		"wav":                   {[]byte("RIFF\x24\x00\x00\x00WAVEfmt "), "", ""},
		"one mark of aac":       {append([]byte{0xff, 0xf1, 0x50, 0x80, 0x02, 0x1f, 0xfc}, "and then anything"...), "", ""},
		"one mark of mp3":       {append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 500)...), "", ""},
		"a tag alone":           {[]byte("ID3\x04\x00\x00\x00\x00\x00\x05title"), "", ""},
		"a tag over a program":  {[]byte("ID3\x04\x00\x00\x00\x00\x00\x02xxMZ\x90\x00"), "", ""},
		"pdf that comes late":   {[]byte("junk %PDF-1.7"), "", ""},
		"layer two":             {append([]byte{0xff, 0xfd, 0x90, 0x00}, mp3Frame()[4:]...), "", ""},
		"a frame without rate":  {append([]byte{0xff, 0xfb, 0x9c, 0x00}, mp3Frame()[4:]...), "", ""},
		"a frame without bits":  {append([]byte{0xff, 0xfb, 0x00, 0x00}, mp3Frame()[4:]...), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, ok := media.Sniff(test.data)
			if kind.Type != test.kind || kind.Ext != test.ext || ok != (test.kind != "") {
				t.Errorf("Sniff = %v, %t; want %q, %q", kind, ok, test.kind, test.ext)
			}
		})
	}
}

// FuzzSniff: no bytes break it, and what is told from a file is told from a
// longer one too, but for kinds whose end matters.
func FuzzSniff(f *testing.F) {
	for _, data := range [][]byte{
		jpeg(), aac(), mp3(), opus(), vorbis(), box("M4A "), box("heic"), compound("WordDocument"),
		archive(f, "[Content_Types].xml", "word/document.xml"), []byte("ID3\x04\x00\x00\x00\x00\x00\x05title"), []byte("%PDF-"), {},
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, ok := media.Sniff(data)
		if ok != (kind.Type != "" && kind.Ext != "") {
			t.Errorf("Sniff = %v, %t", kind, ok)
		}
	})
}
