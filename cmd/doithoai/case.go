package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/knowledge"
)

func newCase(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "case",
		Short: "Hồ sơ bà con gửi cán bộ: danh sách, từng việc đã làm",
		RunE:  group,
		Args:  noSuchCommand,
	}
	cmd.AddCommand(newCaseList(io), newCaseShow(io))
	return cmd
}

// names are what ids are called; ids themselves where that is not known.
type names struct {
	file *desks.Desks    // nil without a good file
	base *knowledge.Base // nil without a good base
	zone *time.Location
}

// withCases runs a command on cases. It needs neither the file of the officers
// nor the base, which only give names.
func withCases(cmd *cobra.Command, io streams, do func(ctx context.Context, o *app.Operation, n names) error) error {
	return withSettings(cmd, io, func(ctx context.Context, settings *config.Config, log *slog.Logger) error {
		o, err := app.Operate(ctx, settings, log)
		if err != nil {
			return err
		}
		file, base, _ := app.LoadDesks(settings, time.Now())
		return errors.Join(do(ctx, o, names{file, base, settings.Timezone}), o.Close())
	})
}

func (n names) desk(id string) string {
	if n.file != nil {
		if d, ok := n.file.Desk(id); ok {
			return d.Name
		}
	}
	return printable(id)
}

func (n names) officer(id string) string {
	if n.file != nil {
		if o, ok := n.file.Officer(id); ok {
			return o.Name
		}
	}
	return printable(id)
}

func (n names) topic(id string) string {
	if n.base != nil {
		if t, ok := n.base.Topic(id); ok {
			return t.Name
		}
	}
	return printable(id)
}

func (n names) place(id string) string {
	if n.base != nil {
		i := slices.IndexFunc(n.base.Places, func(p knowledge.Place) bool { return p.ID == id })
		if i >= 0 {
			return n.base.Places[i].Kind + " " + n.base.Places[i].Name
		}
	}
	return printable(id)
}

func (n names) at(t time.Time) string { return moment(t, n.zone) }

// caseLine is a case in the list: never what anybody wrote.
type caseLine struct {
	Code   string        `json:"code"`
	State  bot.CaseState `json:"state"`
	Late   bool          `json:"late,omitempty"`
	Desk   string        `json:"desk"`
	Holder string        `json:"holder,omitempty"`
	Opened time.Time     `json:"opened"`
	Due    time.Time     `json:"due"`
	Closed time.Time     `json:"closed,omitzero"`
}

func lineOf(c escalation.Case, now time.Time) caseLine {
	return caseLine{c.Code, c.State, c.Overdue(now), c.Desk, c.Holder, c.Opened, c.Due, c.Closed}
}

func newCaseList(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "Các hồ sơ, việc gấp nhất trước; không hiện lời của ai",
		Example: "  doithoai case list --open\n  doithoai case list --late",
		Args:    between(0, 0, ""),
	}
	open := cmd.Flags().Bool("open", false, "chỉ hồ sơ chưa khép")
	late := cmd.Flags().Bool("late", false, "chỉ hồ sơ quá hạn chưa trả lời")
	asJSON := cmd.Flags().Bool("json", false, "in ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withCases(cmd, io, func(ctx context.Context, o *app.Operation, n names) error {
			lines, broken, err := caseLines(ctx, o, time.Now(), func(l caseLine) bool {
				return (!*open || l.State.Open()) && (!*late || l.Late)
			})
			switch {
			case err != nil:
				return err
			case *asJSON:
				err = printIndented(cmd, lines)
			default:
				printCases(cmd, n, lines)
			}
			return cmp.Or(err, tellBroken(cmd, broken))
		})
	}
	return cmd
}

// caseLines returns the cases that are wanted: open ones by their due time, then
// closed ones, the latest first; and the codes of those that cannot be read.
func caseLines(ctx context.Context, o *app.Operation, now time.Time, wanted func(caseLine) bool) (lines []caseLine, broken []string, err error) {
	lines = []caseLine{}
	broken, err = eachCase(ctx, o, func(c escalation.Case) {
		if l := lineOf(c, now); wanted(l) {
			lines = append(lines, l)
		}
	})
	slices.SortFunc(lines, func(a, b caseLine) int {
		switch {
		case a.State.Open() != b.State.Open():
			if a.State.Open() {
				return -1
			}
			return 1
		case !a.State.Open():
			return cmp.Or(b.Closed.Compare(a.Closed), cmp.Compare(a.Code, b.Code))
		}
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Code, b.Code))
	})
	return lines, broken, err
}

func printCases(cmd *cobra.Command, n names, lines []caseLine) {
	out := cmd.OutOrStdout()
	if len(lines) == 0 {
		fmt.Fprintln(out, "Không có hồ sơ nào như vậy.")
		return
	}
	columns(out, func(row func(...string)) {
		for _, l := range lines {
			until := "hạn " + n.at(l.Due)
			switch {
			case l.Late:
				until = "QUÁ HẠN từ " + n.at(l.Due)
			case !l.State.Open():
				until = "khép " + n.at(l.Closed)
			}
			row(l.Code, stateText(n, l.State, l.Holder), n.desk(l.Desk), "gửi "+n.at(l.Opened), until)
		}
	})
	fmt.Fprint(out, "\nXem từng việc đã làm: doithoai case show MÃ\n")
}

func stateText(n names, s bot.CaseState, holder string) string {
	switch s {
	case bot.CaseWaiting:
		return "chờ người nhận"
	case bot.CaseHeld:
		return n.officer(holder) + " đang giữ"
	case bot.CaseAsked:
		return "đã hỏi lại, chờ bà con"
	case bot.CaseAnswered:
		return "đã trả lời, chờ bà con báo rõ"
	case bot.CaseClosed:
		return "đã khép"
	}
	return printable(string(s))
}

// readCase returns the digits of a code, however it was grouped.
func readCase(text string) (code string, ok bool) {
	code = strings.NewReplacer(" ", "", "-", "", ".", "").Replace(text)
	_, ok = record.CodeShard(code)
	return code, ok
}
