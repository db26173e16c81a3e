package sheet

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/keyfile"
)

// Limits of a workbook. 96 communes times ten topics times three officers are
// 3,000 rows.
const (
	maxFile     = 8 << 20  // bytes
	maxUnzipped = 64 << 20 // bytes
	maxRows     = 20_000
	maxColumns  = 60
)

// cell is a value with its place.
type cell struct {
	sheet, ref string // "C12"
	text       string // lines as in the cell, each without outer space
}

func (c cell) empty() bool { return c.text == "" }

// book reads a workbook and collects what is wrong with it.
type book struct {
	name   string
	file   *excelize.File
	faults []desks.Fault
}

// noWorkbook is the fault of a file that is no workbook.
func noWorkbook(name string) desks.Fault {
	return desks.Fault{
		File: name, Severity: keyfile.Error, Code: "workbook",
		Message: "Không mở được bảng tính này.", Cure: "Lưu lại bằng Excel, chọn loại tệp .xlsx, không đặt mật khẩu.",
	}
}

// open opens a workbook; nil if it is none, which is a fault then.
func open(name string, data []byte) (*book, *desks.Fault) {
	fault := noWorkbook(name)
	if len(data) > maxFile {
		fault.Message = fmt.Sprintf("Bảng tính quá lớn (%d MB), chỉ nhận đến %d MB.", len(data)>>20, maxFile>>20)
		fault.Cure = "Xóa hình và các tờ không dùng."
		return nil, &fault
	}
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, &fault
	}
	return &book{name: name, file: file}, nil
}

// fail tells an error of a cell.
func (b *book) fail(c cell, code, message, cure string) {
	b.faults = append(b.faults, desks.Fault{File: b.name, Severity: keyfile.Error, Code: code, Message: place(c) + message, Cure: cure})
}

// place says where a cell is, to stand before a message.
func place(c cell) string {
	switch {
	case c.sheet == "":
		return ""
	case c.ref == "":
		return fmt.Sprintf("Tờ «%s»: ", c.sheet)
	}
	return fmt.Sprintf("Tờ «%s», ô %s: ", c.sheet, c.ref)
}

// sheet finds a sheet by its folded name.
func (b *book) sheet(name string) (string, bool) {
	for _, s := range b.file.GetSheetList() {
		if fold(s) == fold(name) {
			return s, true
		}
	}
	return "", false
}

// rows returns the cells of a sheet; what is merged has its value in each of its
// cells, with the reference of the first. False if they cannot be read.
func (b *book) rows(sheet string) ([][]cell, bool) {
	unreadable := func() ([][]cell, bool) {
		b.fail(cell{sheet: sheet}, "sheet", "Không đọc được tờ này.", "Lưu lại bằng Excel rồi thử lại.")
		return nil, false
	}
	rows, err := b.file.Rows(sheet)
	if err != nil {
		return unreadable()
	}
	defer func() { _ = rows.Close() }()
	var out [][]cell
	for rows.Next() {
		texts, err := rows.Columns()
		switch {
		case err != nil:
			return unreadable()
		case len(out) >= maxRows || len(texts) > maxColumns:
			b.fail(cell{sheet: sheet}, "too-big", fmt.Sprintf("Tờ này có quá %d dòng hoặc %d cột.", maxRows, maxColumns), "Xóa các dòng, cột trống ở cuối và những gì không thuộc bảng.")
			return nil, false
		}
		row := make([]cell, len(texts))
		for i, text := range texts {
			row[i] = cell{sheet, ref(i+1, len(out)+1), clean(text)}
		}
		out = append(out, row)
	}
	if rows.Error() != nil {
		return unreadable()
	}
	pad(sheet, out)
	b.merge(sheet, out)
	return out, true
}

// pad gives a place to the empty cells at the end of a row, which files leave
// out.
func pad(sheet string, rows [][]cell) {
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	for i := range rows {
		for len(rows[i]) < width {
			rows[i] = append(rows[i], cell{sheet: sheet, ref: ref(len(rows[i])+1, i+1)})
		}
	}
}

func (b *book) merge(sheet string, rows [][]cell) {
	merged, err := b.file.GetMergeCells(sheet, true)
	if err != nil {
		return // then they are as they look: empty
	}
	for _, m := range merged {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil || r1 > len(rows) || c1 > len(rows[r1-1]) {
			continue
		}
		first := rows[r1-1][c1-1]
		for r := r1; r <= min(r2, len(rows)); r++ {
			for c := c1; c <= min(c2, len(rows[r-1])); c++ {
				rows[r-1][c-1] = first
			}
		}
	}
}

func ref(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return ""
	}
	return name
}

// clean trims the lines of a text and drops those that are empty.
func clean(text string) string {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r", "\n")) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

var dateFormat = regexp.MustCompile(`(?i)[dy]`)

// date returns a cell that Excel keeps as a date as a person writes it; of any
// other cell its text.
func (b *book) date(c cell) cell {
	raw, err := b.file.GetCellValue(c.sheet, c.ref, excelize.Options{RawCellValue: true})
	if err != nil {
		return c
	}
	serial, err := strconv.ParseFloat(raw, 64)
	if err != nil || serial < 1 || serial > 1e5 {
		return c
	}
	style, err := b.file.GetCellStyle(c.sheet, c.ref)
	if err != nil {
		return c
	}
	format, err := b.file.GetStyle(style)
	if err != nil || !isDate(format) {
		return c
	}
	day, err := excelize.ExcelDateToTime(serial, false)
	if err == nil {
		c.text = day.Format("02/01/2006")
	}
	return c
}

// isDate tells the number formats of dates: those every workbook knows (ECMA-376
// part 1, 18.8.30) and its own.
func isDate(format *excelize.Style) bool {
	if format.CustomNumFmt != nil {
		return dateFormat.MatchString(*format.CustomNumFmt)
	}
	n := format.NumFmt
	return 14 <= n && n <= 17 || n == 22 || 27 <= n && n <= 36 || 50 <= n && n <= 58
}
