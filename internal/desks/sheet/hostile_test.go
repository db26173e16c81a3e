package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/doithoai/doithoai/internal/desks/sheet"
)

// sheetParts is how the parts of a workbook begin that hold its sheets.
const sheetParts = "xl/worksheets/sheet"

// repacked is a workbook with the parts replaced whose name begins so.
func repacked(t *testing.T, data []byte, part string, change func(old string, w io.Writer)) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	found := false
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(f.Name, part) {
			_, err = w.Write(text)
		} else {
			found = true
			change(string(text), w)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil || !found {
		t.Fatalf("%v; the part %s was there: %t", err, part, found)
	}
	return out.Bytes()
}

// What is made to use up a machine is refused like any other file: it is small,
// or it is no file of ours.
func TestHostileWorkbooks(t *testing.T) {
	t.Parallel()
	plain := book(t, func(*excelize.File) {})
	for name, c := range map[string]struct {
		change func(old string, w io.Writer)
	}{
		"a hundred megabytes of blanks": {func(_ string, w io.Writer) {
			blanks := bytes.Repeat([]byte(" "), 1<<20)
			for range 100 { // of which 64 would be too much
				_, _ = w.Write(blanks) // into memory
			}
		}},
		"a row beyond the last": {func(old string, w io.Writer) {
			_, _ = io.WriteString(w, strings.Replace(old, "</sheetData>", `<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>`, 1))
		}},
		"a column beyond the last": {func(old string, w io.Writer) {
			_, _ = io.WriteString(w, strings.Replace(old, "</sheetData>", `<row r="900"><c r="XFD900" t="inlineStr"><is><t>x</t></is></c></row></sheetData>`, 1))
		}},
		"merged over and over": {func(old string, w io.Writer) {
			var b strings.Builder
			head, rest, _ := strings.Cut(old, "</sheetData>")
			b.WriteString(head)
			for row := 1000; row < 3000; row++ {
				fmt.Fprintf(&b, `<row r="%d"><c r="BH%d" t="inlineStr"><is><t>x</t></is></c></row>`, row, row)
			}
			b.WriteString("</sheetData><mergeCells>")
			for range 20_000 {
				b.WriteString(`<mergeCell ref="A1:BH3000"/>`)
			}
			b.WriteString("</mergeCells>" + rest)
			_, _ = io.WriteString(w, b.String())
		}},
		"entities of entities": {func(old string, w io.Writer) {
			_, after, _ := strings.Cut(old, "?>")
			_, _ = io.WriteString(w, `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>`+
				strings.Replace(after, "</sheetData>", `<row r="900"><c r="A900" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData>`, 1))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := repacked(t, plain, sheetParts, c.change)
			file, report := sheet.Import("can_bo.xlsx", data, fewPlaces(t), now())
			if file != nil || report.OK() {
				t.Errorf("%d bytes were taken: %s", len(data), report.Text())
			}
		})
	}
}
