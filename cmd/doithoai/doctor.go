package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/doctor"
	"github.com/doithoai/doithoai/internal/trouble"
)

func newDoctor(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Xem dịch vụ và máy này có gì hỏng, hỏng thì sửa sao",
		Long: `Xem dịch vụ và máy này có gì hỏng, hỏng thì sửa sao: thiết đặt, kho lưu, đĩa, đồng hồ, kho kiến thức, cán bộ, từng kênh, địa chỉ công khai.
Dịch vụ đang chạy hay chưa chạy đều xem được. Lệnh không đổi gì, không hiện bí mật, xong trong chừng mười giây.

Mỗi dòng là [được], [NHẮC] (nên sửa) hay [HỎNG] (phải sửa), kèm cách sửa. Mã thoát là 1 chỉ khi có [HỎNG].

--json in ra, cho máy khác đọc:
  {"ok":false,"faults":1,"warnings":0,"findings":[{"area":"store","name":"Kho lưu","grade":"fault",
   "code":"store.down","text":"…","cure":"…"}]}
grade là good, warning hay fault; code và cure chỉ có khi không phải good.`,
		Example: "  doithoai doctor\n  doithoai doctor --json",
		Args:    between(0, 0, ""),
	}
	asJSON := cmd.Flags().Bool("json", false, "in JSON cho máy khác đọc")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		settings, err := loadConfig(cmd, io)
		if err != nil {
			return err
		}
		report := doctor.NewReport(app.Examine(cmd.Context(), settings))
		out := cmd.OutOrStdout()
		if *asJSON {
			if err := json.NewEncoder(out).Encode(report); err != nil {
				return err
			}
		} else {
			for _, f := range report.Findings {
				fmt.Fprintln(out, findingLine(f))
			}
		}
		if !report.OK {
			return errFound
		}
		return nil
	}
	return cmd
}

// findingLine shows one finding, with its cure.
func findingLine(f trouble.Finding) string {
	mark := map[trouble.Grade]string{trouble.Good: "được", trouble.Warning: "NHẮC", trouble.Fault: "HỎNG"}[f.Grade]
	line := fmt.Sprintf("[%s] %s: %s", mark, f.Name, f.Text)
	if f.Cure != "" {
		line = fmt.Sprintf("%s → %s", line, f.Cure)
	}
	return line
}
