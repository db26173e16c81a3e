package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/insight"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/knowledge"
)

func newReport(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Báo cáo: bao nhiêu câu hỏi, ai trả lời, theo chủ đề, xã và tuần",
		Long: `Báo cáo: bao nhiêu câu hỏi, trợ lý trả lời ngay bao nhiêu, cán bộ trả lời đúng hẹn, trễ hẹn bao nhiêu, theo chủ đề, xã và tuần.

Không ghi kỳ thì lấy từ đầu tháng đến hôm nay. Số đếm được giữ 400 ngày. Không có lời hay tên của ai.
` + strings.Join(insight.Notes(), "\n"),
		Example: "  doithoai report --from 01/11/2026 --to 30/11/2026\n  doithoai report --from 01/11/2026 --to 30/11/2026 --xlsx thang-11.xlsx",
		Args:    between(0, 0, ""),
	}
	var days rangeFlags
	days.add(cmd)
	asCSV := cmd.Flags().Bool("csv", false, "in ra CSV, mở được bằng Excel")
	workbook := cmd.Flags().String("xlsx", "", "ghi ra `TỆP` Excel")
	asJSON := cmd.Flags().Bool("json", false, "in ra JSON, cho máy đọc; ô giấu là null")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *workbook != "" && !strings.EqualFold(filepath.Ext(*workbook), ".xlsx") {
			return misuse(cmd, "Tệp sau «--xlsx» đặt đuôi .xlsx.")
		}
		if *asCSV && *asJSON || *workbook != "" && (*asCSV || *asJSON) {
			return misuse(cmd, "Chọn một trong «--csv», «--xlsx», «--json».")
		}
		return withCases(cmd, io, func(ctx context.Context, o *app.Operation, n names) error {
			r, err := days.read(cmd, n.zone, time.Now())
			if err != nil {
				return err
			}
			shown, broken, err := gather(ctx, o, n, r)
			switch {
			case err != nil:
			case *asCSV:
				err = printCSV(cmd, shown)
			case *workbook != "":
				err = writeWorkbook(cmd, shown, *workbook)
			case *asJSON:
				err = printIndented(cmd, shown)
			default:
				printReportTables(cmd, shown)
			}
			return cmp.Or(err, tellBroken(cmd, broken))
		})
	}
	return cmd
}

// gather makes the report of a range; broken are the codes of cases that cannot
// be read.
func gather(ctx context.Context, o *app.Operation, n names, r insight.Range) (shown insight.Shown, broken []string, err error) {
	if n.base == nil {
		return shown, nil, complain("Kho kiến thức còn lỗi nên chưa biết tên chủ đề, xã. Xem: doithoai kb check")
	}
	g := insight.Gather(r, n.base, n.zone)
	err = r.Days(func(day string) error {
		counts, err := o.Counts(ctx, day)
		if err != nil {
			return err
		}
		date, err := knowledge.ParseDate(day)
		g.Day(date, counts)
		return err
	})
	if err != nil {
		return shown, nil, err
	}
	broken, err = eachCase(ctx, o, g.Case)
	return g.Report().Hide(), broken, err
}

// eachCase shows every case of the store, and returns the codes of those that
// cannot be read.
func eachCase(ctx context.Context, o *app.Operation, show func(escalation.Case)) (broken []string, err error) {
	err = o.Cases(ctx, func(r record.Case) error {
		if escalation.IsBook(r) {
			return nil
		}
		c, err := escalation.FromRecord(r)
		if err != nil {
			broken = append(broken, r.Code)
			return nil
		}
		show(c)
		return nil
	})
	return broken, err
}

// tellBroken names cases that cannot be read; the command then ends as one that
// found something.
func tellBroken(cmd *cobra.Command, broken []string) (err error) {
	for _, code := range broken {
		fmt.Fprintf(cmd.ErrOrStderr(), "Hồ sơ %s bị hỏng, không đọc được.\n", printable(code))
		err = errFound
	}
	return err
}

func printReportTables(cmd *cobra.Command, s insight.Shown) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "Từ %s đến %s\n", s.Range.From, s.Range.To)
	for _, t := range s.Tables {
		fmt.Fprintln(out)
		columns(out, func(row func(...string)) {
			for _, line := range s.Rows(t) {
				row(line...)
			}
		})
	}
	fmt.Fprintln(out)
	for _, note := range insight.Notes() {
		fmt.Fprintln(out, note)
	}
}

func printCSV(cmd *cobra.Command, s insight.Shown) error {
	data, err := s.CSV()
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(data)
	return err
}

func writeWorkbook(cmd *cobra.Command, s insight.Shown, name string) error {
	data, err := s.Workbook()
	if err == nil {
		err = writeNew(name, data)
	}
	if err == nil {
		fmt.Fprintf(cmd.OutOrStdout(), "Đã ghi %s.\n", name)
	}
	return err
}
