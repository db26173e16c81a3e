package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

func newKB(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kb",
		Short: "Kho kiến thức: kiểm tra, hỏi thử, đo, tạo mới, xem còn thiếu gì",
		RunE:  group,
		Args:  noSuchCommand,
	}
	cmd.AddCommand(newKBCheck(io), newKBAsk(io), newKBEval(io), newKBInit(), newKBSchema(), newKBGaps(io), newKBDrafts(io))
	return cmd
}

func newKBCheck(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check [THƯ-MỤC]",
		Short: "Tìm mọi lỗi trong kho kiến thức, báo tệp, dòng và cách sửa",
		Long: `Tìm mọi lỗi trong kho kiến thức, báo tệp, dòng và cách sửa.

Không ghi thư mục thì kiểm kho trong thiết đặt «knowledge», không có nữa thì kiểm kho có sẵn.
«Lỗi» phải sửa mới dùng được; «Nhắc» thì nên sửa. Mã thoát là 1 khi có lỗi.`,
		Args: between(0, 1, "một thư mục"),
	}
	asJSON := cmd.Flags().Bool("json", false, "in ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var dir string
		if len(args) > 0 {
			dir = args[0]
		}
		files, settings, err := openKB(cmd, io, dir)
		if err != nil {
			return err
		}
		today := knowledge.DateOf(time.Now().In(settings.Timezone))
		report := knowledge.Check(files, knowledge.Options{Today: today, Asker: knowledge.NewAsker(nil, today)})
		if *asJSON {
			err = printReportJSON(cmd.OutOrStdout(), report)
		} else {
			printReport(cmd.OutOrStdout(), report)
		}
		if err == nil && !report.OK() {
			err = errFound
		}
		return err
	}
	return cmd
}

func printReport(out io.Writer, report knowledge.Report) {
	fmt.Fprint(out, report.Text())
}

func printReportJSON(out io.Writer, report knowledge.Report) error {
	if report.Faults == nil {
		report.Faults = []knowledge.Fault{}
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		OK bool `json:"ok"`
		knowledge.Report
	}{report.OK(), report})
}

func newKBInit() *cobra.Command {
	return &cobra.Command{
		Use:     "init THƯ-MỤC",
		Short:   "Chép kho có sẵn ra một thư mục để sửa",
		Example: "  doithoai kb init kho\n  DOITHOAI_KNOWLEDGE=kho doithoai serve",
		Args:    between(1, 1, "tên thư mục sẽ tạo"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
				return complain("Thư mục %s đã có tệp; chọn một thư mục mới.", dir)
			}
			if err := os.CopyFS(dir, quangngai.FS()); err != nil {
				return complain("Không chép được vào %s: %v.", dir, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Đã chép kho kiến thức vào %s.\nSửa xong thì chạy: doithoai kb check %s\n", dir, dir)
			return nil
		},
	}
}
