package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/editorial"
	"github.com/doithoai/doithoai/internal/escalation"
)

func newKBGaps(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gaps",
		Short: "Kho còn thiếu gì: những câu trợ lý chưa trả lời được, nhóm nhiều nhất trước",
		Long: `Kho còn thiếu gì: những câu trợ lý chưa trả lời được nên gửi cán bộ, gom lại theo mục gần nhất và theo lời hỏi, nhóm nhiều nhất trước.

Mỗi nhóm hiện một câu làm thí dụ, đã bỏ tên, số riêng, chỗ ở. Nhóm dưới ba người thì không hiện lời của ai, trừ khi thêm --all.
Kiến nghị, việc gấp, việc kín không có ở đây. Không ghi kỳ thì lấy mọi hồ sơ còn giữ.`,
		Example: "  doithoai kb gaps --from 01/11/2026 --to 30/11/2026",
		Args:    between(0, 0, ""),
	}
	var days rangeFlags
	days.add(cmd)
	all := cmd.Flags().Bool("all", false, "hiện thí dụ cả ở nhóm ít người")
	asJSON := cmd.Flags().Bool("json", false, "in ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withCases(cmd, io, func(ctx context.Context, o *app.Operation, n names) error {
			r, err := days.since(cmd, n.zone, time.Now())
			if err != nil {
				return err
			}
			var cases []escalation.Case
			broken, err := eachCase(ctx, o, func(c escalation.Case) {
				if r.Holds(c.Opened, n.zone) {
					cases = append(cases, c)
				}
			})
			if err != nil {
				return err
			}
			gaps := editorial.Gaps(cases, *all)
			if *asJSON {
				err = printIndented(cmd, gaps)
			} else {
				printGaps(cmd, n, gaps)
			}
			return cmp.Or(err, tellBroken(cmd, broken))
		})
	}
	return cmd
}

func printGaps(cmd *cobra.Command, n names, gaps []editorial.Gap) {
	out := cmd.OutOrStdout()
	if len(gaps) == 0 {
		fmt.Fprintln(out, "Không có câu hỏi nào gửi cán bộ trong kỳ này.")
		return
	}
	for _, g := range gaps {
		example := "(ít người hỏi, không hiện lời; thêm --all để xem)"
		if g.Example != "" {
			example = "«" + strings.Join(strings.Fields(printable(g.Example)), " ") + "»"
		}
		fmt.Fprintf(out, "%d câu  %s\n", g.Count, example)
		var topics []string
		for _, id := range g.Topics {
			topics = append(topics, n.topic(id))
		}
		near := "không mục nào gần"
		if g.Near != "" {
			near = "gần mục " + printable(g.Near)
		}
		parts := []string{near, cmp.Or(strings.Join(topics, ", "), "chưa rõ chủ đề"), fmt.Sprintf("%d xã", g.Communes), fmt.Sprintf("cán bộ đã trả lời %d", g.Answered)}
		if g.Entry != "" {
			parts = append(parts, fmt.Sprintf("hay gửi mục %s (%d lần)", printable(g.Entry), g.Sent))
		}
		fmt.Fprintf(out, "    %s\n", strings.Join(parts, " · "))
	}
	fmt.Fprint(out, "\nCán bộ đã trả lời rõ thì lấy làm bản nháp: doithoai kb drafts\n")
}
