package insight

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// heading is a column as operators read it.
type heading struct {
	key, name string
}

// headings are the columns in the order of [Figure].
func headings() [figures]heading {
	return [figures]heading{
		{"asked", "câu hỏi"}, {"answered", "trả lời ngay"}, {"handed", "gửi cán bộ"},
		{"on_time", "cán bộ đúng hẹn"}, {"late", "cán bộ trễ hẹn"}, {"open", "còn mở"},
	}
}

// Title is what an axis is called.
func (a Axis) Title() string {
	switch a {
	case ByTopic:
		return "Theo chủ đề"
	case ByPlace:
		return "Theo xã, phường"
	case ByWeek:
		return "Theo tuần"
	}
	return string(a)
}

// total is the name of the row of totals.
const total = "Tổng cộng"

// Notes say what the columns mean and what is hidden, for whoever reads a report.
func Notes() []string {
	return []string{
		"«gửi cán bộ» là số hồ sơ gửi trong kỳ; «còn mở» là những hồ sơ trong đó chưa khép lúc làm báo cáo.",
		"«đúng hẹn», «trễ hẹn» là số lần cán bộ trả lời trong kỳ, kể cả hồ sơ gửi từ kỳ trước.",
		"Số từ 1 đến 4 hiện là «<5», để không ai bị nhận ra; số 0 để nguyên. Ô «ẩn» là số khác phải giấu theo, để không tính ngược được từ hàng tổng.",
		"Tổng từ 1 đến 4 thì giấu cả cột. Đừng công bố hai báo cáo có kỳ chồng lên nhau: trừ hai bảng là ra số đã giấu.",
	}
}

// String is the cell as it is read.
func (c Cell) String() string {
	switch c.Mark {
	case Few:
		return "<5"
	case Kept:
		return "ẩn"
	}
	return strconv.FormatUint(c.N, 10)
}

// MarshalJSON writes the count, null for one that is hidden.
func (c Cell) MarshalJSON() ([]byte, error) {
	if c.Mark != Plain {
		return []byte("null"), nil
	}
	return json.Marshal(c.N)
}

// Rows returns a table with its headings and the row of totals, for eyes.
func (s Shown) Rows(t ShownTable) [][]string {
	head := []string{t.Axis.Title()}
	for _, h := range headings() {
		head = append(head, h.name)
	}
	out := [][]string{head}
	for _, row := range s.withTotal(t) {
		line := []string{row.Name}
		for _, c := range row.Cells {
			line = append(line, c.String())
		}
		out = append(out, line)
	}
	return out
}

func (s Shown) withTotal(t ShownTable) []ShownRow {
	return append(slices.Clone(t.Rows), ShownRow{Name: total, Cells: s.Total})
}

// CSV returns all tables as one, UTF-8 with a byte order mark, by which Excel
// knows it.
func (s Shown) CSV() ([]byte, error) {
	out := bytes.NewBufferString("\ufeff")
	w := csv.NewWriter(out)
	w.UseCRLF = true
	head := []string{"bảng", "tên"}
	for _, h := range headings() {
		head = append(head, h.name)
	}
	lines := [][]string{head}
	for _, t := range s.Tables {
		for _, row := range s.Rows(t)[1:] {
			lines = append(lines, append([]string{t.Axis.Title()}, row...))
		}
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write csv: %w", err)
	}
	return out.Bytes(), nil
}

// countsJSON are the cells of a row by the keys of the columns.
type countsJSON [figures]Cell

// MarshalJSON keeps the order of the columns.
func (c countsJSON) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for f, h := range headings() {
		cell, err := c[f].MarshalJSON()
		if err != nil {
			return nil, err
		}
		if f > 0 {
			out = append(out, ',')
		}
		out = append(append(strconv.AppendQuote(out, h.key), ':'), cell...)
	}
	return append(out, '}'), nil
}

type rowJSON struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Counts countsJSON `json:"counts"`
}

// MarshalJSON writes the report for other programs: {"from", "to", "total", and a
// list for "topic", "place" and "week"}. A hidden count is null; the id "-" is
// what has no topic or commune.
func (s Shown) MarshalJSON() ([]byte, error) {
	whole := map[string]any{"from": s.Range.From, "to": s.Range.To, "total": countsJSON(s.Total)}
	for _, t := range s.Tables {
		rows := []rowJSON{}
		for _, row := range t.Rows {
			rows = append(rows, rowJSON{row.ID, row.Name, row.Cells})
		}
		whole[string(t.Axis)] = rows
	}
	return json.Marshal(whole)
}
