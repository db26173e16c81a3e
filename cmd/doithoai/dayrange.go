package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/insight"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/knowledge"
)

// rangeFlags are the days a command looks at.
type rangeFlags struct{ from, to string }

func (f *rangeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "from", "", "từ `NGÀY`, thí dụ 01/11/2026")
	cmd.Flags().StringVar(&f.to, "to", "", "đến hết `NGÀY`, thí dụ 30/11/2026")
}

// read returns the days: without a last one until today, without a first one from
// the beginning of the last one's month.
func (f *rangeFlags) read(cmd *cobra.Command, zone *time.Location, now time.Time) (r insight.Range, err error) {
	if r, err = f.since(cmd, zone, now); err != nil {
		return r, err
	}
	if f.from == "" {
		t := r.To.Time()
		r.From = knowledge.NewDate(t.Year(), t.Month(), 1)
	}
	if most := int(record.KeepCounts / (24 * time.Hour)); r.To.Time().Sub(r.From.Time()) > record.KeepCounts {
		return r, misuse(cmd, "Kỳ này dài quá: số đếm chỉ giữ %d ngày.", most)
	}
	return r, nil
}

// since is read, but without a first day from the beginning of time.
func (f *rangeFlags) since(cmd *cobra.Command, zone *time.Location, now time.Time) (r insight.Range, err error) {
	if r.To, err = parseDay(cmd, f.to, zone); err != nil {
		return r, err
	}
	if f.to == "" {
		r.To = knowledge.DateOf(now.In(zone))
	}
	if f.from == "" {
		return r, nil
	}
	if r.From, err = parseDay(cmd, f.from, zone); err != nil {
		return r, err
	}
	if r.From > r.To {
		return r, misuse(cmd, "Ngày sau «--from» (%s) phải trước ngày sau «--to» (%s).", r.From, r.To)
	}
	return r, nil
}
