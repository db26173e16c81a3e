package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/desks/sheet"
	"github.com/doithoai/doithoai/knowledge"
)

func newDesks(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "desks",
		Short: "Cán bộ và bộ phận: kiểm tra, tạo mới, nhập từ bảng tính",
		RunE:  group,
		Args:  noSuchCommand,
	}
	cmd.AddCommand(newDesksCheck(io), newDesksInit(io), newDesksImport(io), newDesksSchema())
	return cmd
}

func newDesksCheck(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check [TỆP]",
		Short: "Tìm mọi lỗi trong tệp cán bộ, báo dòng và cách sửa",
		Long: `Tìm mọi lỗi trong tệp cán bộ, báo dòng và cách sửa.

Không ghi tệp thì kiểm tệp trong thiết đặt «desks». Tên xã, chủ đề lấy theo kho kiến thức trong thiết đặt «knowledge».
Kiểm cả việc mọi xã, mọi chủ đề, mọi ngày nghỉ sắp tới đều có người nhận. Mã thoát là 1 khi có lỗi.`,
		Args: between(0, 1, "một tệp"),
	}
	asJSON := cmd.Flags().Bool("json", false, "in ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		world, settings, err := openWorld(cmd, io)
		if err != nil {
			return err
		}
		path := settings.Desks
		if len(args) > 0 {
			path = args[0]
		}
		if path == "" {
			return complain("Chưa có tệp cán bộ: ghi tên tệp, hoặc ghi thiết đặt «desks». Tạo tệp mẫu: doithoai desks init can_bo.yaml")
		}
		_, report := desks.LoadFile(path, world, time.Now())
		return tellReport(cmd.OutOrStdout(), report, *asJSON)
	}
	return cmd
}

// openWorld loads the communes and topics of the knowledge base of the
// settings.
func openWorld(cmd *cobra.Command, io streams) (desks.World, *config.Config, error) {
	files, settings, err := openKB(cmd, io, "")
	if err != nil {
		return desks.World{}, nil, err
	}
	base, report := knowledge.Load(files)
	if base == nil {
		return desks.World{}, nil, complain("Kho kiến thức còn %d lỗi nên chưa biết tên xã, chủ đề. Xem: doithoai kb check", len(report.Errors()))
	}
	return desks.World{Places: base.Places, Topics: base.Topics, Zone: settings.Timezone}, settings, nil
}

// tellReport prints a report and returns what the command ends with.
func tellReport(out io.Writer, report desks.Report, asJSON bool) error {
	var err error
	if asJSON {
		err = printReportJSON(out, report)
	} else {
		printReport(out, report)
	}
	if err == nil && !report.OK() {
		err = errFound
	}
	return err
}

func newDesksInit(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "init TỆP",
		Short:   "Tạo tệp cán bộ mẫu có ghi chú, hoặc bảng tính mẫu",
		Example: "  doithoai desks init can_bo.yaml\n  doithoai desks init --xlsx can_bo.xlsx",
		Args:    between(1, 1, "tên tệp sẽ tạo"),
	}
	workbook := cmd.Flags().Bool("xlsx", false, "tạo bảng tính để điền bằng Excel")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		file := args[0]
		if strings.EqualFold(filepath.Ext(file), ".xlsx") != *workbook {
			return misuse(cmd, "Tệp bảng tính đặt đuôi .xlsx và thêm tùy chọn «--xlsx»; tệp cán bộ đặt đuôi .yaml.")
		}
		data, next := []byte(desks.Sample()), "doithoai desks check "+file
		if *workbook {
			world, _, err := openWorld(cmd, io)
			if err != nil {
				return err
			}
			if data, err = sheet.Template(world); err != nil {
				return err
			}
			next = "doithoai desks import " + file
		}
		if err := writeNew(file, data); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "Đã tạo %s.\nSửa xong thì chạy: %s\n", file, next)
		return nil
	}
	return cmd
}

func newDesksImport(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import BẢNG-TÍNH.xlsx",
		Short: "Viết tệp cán bộ từ một bảng tính Excel",
		Long: `Viết tệp cán bộ từ một bảng tính Excel: mỗi dòng một xã, một chủ đề, một cán bộ.

Lỗi thì báo tờ và ô, không ghi gì. Tệp viết ra đã qua kiểm tra như «desks check».`,
		Example: "  doithoai desks init --xlsx can_bo.xlsx\n  doithoai desks import can_bo.xlsx --out can_bo.yaml",
		Args:    between(1, 1, "một bảng tính .xlsx"),
	}
	out := cmd.Flags().String("out", desks.FileName, "`TỆP` cán bộ sẽ viết")
	force := cmd.Flags().Bool("force", false, "ghi đè tệp đã có")
	asJSON := cmd.Flags().Bool("json", false, "in lỗi ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		world, _, err := openWorld(cmd, io)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(args[0])
		if err != nil {
			return complain("Không đọc được %s. Xem lại tên tệp.", args[0])
		}
		file, report := sheet.Import(filepath.Base(args[0]), data, world, time.Now())
		if err := tellReport(cmd.OutOrStdout(), report, *asJSON); err != nil {
			return err
		}
		if *force {
			err = replace(*out, file)
		} else {
			err = writeNew(*out, file)
		}
		if err == nil && !*asJSON {
			fmt.Fprintf(cmd.OutOrStdout(), "Đã viết %s.\n", *out)
		}
		return err
	}
	return cmd
}

func newDesksSchema() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Khuôn (JSON Schema) của tệp cán bộ, để trình soạn thảo gợi ý và báo lỗi khi gõ",
		Args:  between(0, 0, ""),
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		schema, err := desks.Schema()
		if err != nil {
			return err
		}
		_, err = cmd.OutOrStdout().Write(schema)
		return err
	}
	return cmd
}

// writeNew writes a file that is not there yet. It is readable to its owner
// only, because it tells who can be reached where.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return complain("Đã có tệp %s; chọn tên khác.", path)
	case err == nil:
		_, err = f.Write(data)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return complain("Không ghi được %s: %v.", path, err)
	}
	return nil
}

// replace writes a file whole and puts it in the place of the old one, so that
// a server that watches it never reads half of it.
func replace(path string, data []byte) error {
	tmp := path + ".moi"
	_ = os.Remove(tmp) // left by a run that was cut off
	if err := writeNew(tmp, data); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return complain("Không ghi được %s: %v.", path, err)
	}
	return nil
}

