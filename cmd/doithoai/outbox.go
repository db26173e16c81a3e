package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func newOutbox(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "Xem những tin không gửi được, gửi lại hoặc bỏ đi",
		Long: `Xem những tin không gửi được. Không hiện lời trong tin; thêm --text thì hiện, số riêng của bà con được che.

  doithoai outbox retry MÃ…     gửi lại
  doithoai outbox drop MÃ…      bỏ hẳn

Tin nằm đây 30 ngày rồi tự xóa.`,
		Args: noSuchCommand,
	}
	text := cmd.Flags().Bool("text", false, "hiện lời trong tin, số riêng được che")
	asJSON := cmd.Flags().Bool("json", false, "in ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withStore(cmd, io, func(ctx context.Context, o *app.Operation) error {
			letters, err := deadLetters(ctx, o, time.Now(), *text)
			switch {
			case err != nil:
				return err
			case *asJSON:
				return printDeadJSON(cmd, letters)
			}
			printDead(cmd, letters)
			return nil
		})
	}
	cmd.AddCommand(newOutboxRetry(io), newOutboxDrop(io))
	return cmd
}

// deadLetter is what is shown of a dead letter: never whom it is for.
type deadLetter struct {
	ID       string    `json:"id"`
	Lane     string    `json:"lane"`
	Priority string    `json:"priority"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
	Length   int       `json:"length"` // characters
	Text     *string   `json:"text,omitempty"`

	age string
}

// deadLetters returns all dead letters, sorted by reason and then by age.
func deadLetters(ctx context.Context, g delivery.Graveyard, now time.Time, text bool) ([]deadLetter, error) {
	letters := []deadLetter{}
	err := g.Dead(ctx, func(d record.Dead) error {
		letters = append(letters, showDead(d, now, text))
		return nil
	})
	slices.SortFunc(letters, func(a, b deadLetter) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return letters, err
}

func showDead(d record.Dead, now time.Time, text bool) deadLetter {
	shown := deadLetter{
		ID: d.ID, Lane: record.Lane(d.Delivery.Chat), Priority: priorityName(d.Delivery.Priority), Reason: d.Reason,
		At: d.At, age: ago(now.Sub(d.At)),
	}
	words := d.Delivery.Reply.Text
	if d.Letter.ID != "" {
		shown.Lane, shown.Priority = record.Lane(d.Letter.Letter.To), "letter"
		var texts []string
		for _, reply := range d.Letter.Letter.Replies {
			texts = append(texts, reply.Text)
		}
		words = strings.Join(texts, "\n\n")
	}
	shown.Length = utf8.RuneCountInString(words)
	if text {
		words = record.Mask(printable(words))
		shown.Text = &words
	}
	return shown
}

// printable is text without what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

func printDeadJSON(cmd *cobra.Command, letters []deadLetter) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(letters)
}

func printDead(cmd *cobra.Command, letters []deadLetter) {
	out := cmd.OutOrStdout()
	if len(letters) == 0 {
		fmt.Fprintln(out, "Không có tin nào bị kẹt.")
		return
	}
	for len(letters) > 0 {
		reason := letters[0].Reason
		n := len(letters)
		if end := slices.IndexFunc(letters, func(l deadLetter) bool { return l.Reason != reason }); end > 0 {
			n = end
		}
		fmt.Fprintf(out, "%s [%s]: %d tin\n", reasonText(reason), reason, n)
		columns(out, func(row func(...string)) {
			for _, l := range letters[:n] {
				row(l.ID, laneText(l.Lane), priorityText(l.Priority), l.age, fmt.Sprintf("%d ký tự", l.Length))
				if l.Text != nil {
					for line := range strings.Lines(*l.Text) {
						row("  │ " + strings.TrimSuffix(line, "\n"))
					}
				}
			}
		})
		letters = letters[n:]
	}
	fmt.Fprint(out, "\nGửi lại: doithoai outbox retry MÃ…   Bỏ hẳn: doithoai outbox drop MÃ…\n")
}

func priorityName(p record.Priority) string {
	switch p {
	case record.PriorityPerson:
		return "person"
	case record.PriorityReply:
		return "reply"
	case record.PriorityReceipt:
		return "receipt"
	default:
		return "reminder"
	}
}

func priorityText(name string) string {
	return map[string]string{
		"person": "lời cán bộ", "reply": "câu trả lời", "receipt": "báo đã nhận", "reminder": "lời nhắc", "letter": "tin chuyển giữa hai bên",
	}[name]
}

func reasonText(reason string) string {
	text, ok := map[string]string{
		record.ReasonExpired:  "Hết hạn mà chưa gửi được",
		record.ReasonLapsed:   "Gửi dở dang mấy lần, không rõ đã đến chưa",
		record.ReasonRestored: "Từ bản chép, có thể đã gửi rồi",
		record.ReasonPoison:   "Làm chương trình hỏng khi xử lý",
		"attempts":            "Gửi nhiều lần đều không được",
		"note":                "Kênh gửi làm sai",
		"gone":                "Nơi nhận không còn",
		"blocked":             "Người nhận đã chặn",
		"host":                "Tệp nằm ở nơi không quen, không lấy",
		"type":                "Tệp thuộc loại không giữ",
		"too-large":           "Tệp lớn quá",
		"no-source":           "Kênh của tệp không còn chạy",
		"no-copy":             "Không còn tệp để giữ tiếp",
	}[reason]
	if !ok && strings.HasPrefix(reason, "status-") {
		return "Kênh không đưa tệp"
	}
	if !ok {
		return "Kênh từ chối"
	}
	return text
}

func laneText(lane string) string {
	channel, account, _ := strings.Cut(lane, "/")
	if channel == bot.MediaChannel {
		return "tệp gửi qua " + laneText(account)
	}
	name, ok := map[string]string{
		"web": "trang web", "terminal": "cửa sổ lệnh", "telegram": "Telegram", "zalo-oa": "Zalo OA", "zalo-bot": "Zalo Bot",
	}[channel]
	if !ok {
		name = channel
	}
	if account != "main" && account != "" {
		name += " " + account
	}
	return name
}

func newOutboxRetry(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "retry {MÃ… | --all}",
		Short:   "Gửi lại, xếp sau những tin đang chờ",
		Example: "  doithoai outbox retry 0a1b2c-7\n  doithoai outbox retry --all --reason blocked",
	}
	choice := chooseDead(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withStore(cmd, io, func(ctx context.Context, o *app.Operation) error {
			ids, err := choice.ids(ctx, o, args)
			if err != nil {
				return err
			}
			return eachDead(cmd, ids, "Đã xếp %d tin để gửi lại.\n", func(id string) error { return o.Revive(ctx, id) })
		})
	}
	return cmd
}

func newOutboxDrop(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "drop {MÃ… | --all}",
		Short:   "Bỏ hẳn, không lấy lại được",
		Example: "  doithoai outbox drop 0a1b2c-7\n  doithoai outbox drop --all --reason restored",
	}
	choice := chooseDead(cmd)
	yes := cmd.Flags().Bool("yes", false, "bỏ hết mà không hỏi lại")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withStore(cmd, io, func(ctx context.Context, o *app.Operation) error {
			ids, err := choice.ids(ctx, o, args)
			if err != nil {
				return err
			}
			if *choice.all && len(ids) > 0 && !*yes && !confirm(cmd, len(ids)) {
				return complain("Chưa bỏ tin nào.")
			}
			return eachDead(cmd, ids, "Đã bỏ hẳn %d tin.\n", func(id string) error { return o.Bury(ctx, id) })
		})
	}
	return cmd
}

// deadChoice is which dead letters a command is about.
type deadChoice struct {
	all    *bool
	reason *string
}

// chooseDead gives cmd the ways to say which.
func chooseDead(cmd *cobra.Command) deadChoice {
	c := deadChoice{
		cmd.Flags().Bool("all", false, "mọi tin không gửi được"),
		cmd.Flags().String("reason", "", "với --all: chỉ những tin vì `LÝ-DO` này, là chữ trong ngoặc vuông của «doithoai outbox»"),
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case *c.all && len(args) > 0:
			return misuse(cmd, "Ghi mã tin hoặc --all, không cả hai.")
		case *c.all:
			return nil
		case *c.reason != "":
			return misuse(cmd, "--reason chỉ đi cùng --all.")
		case len(args) == 0:
			return misuse(cmd, "Thiếu mã tin; xem mã bằng «doithoai outbox», hoặc ghi --all.")
		}
		return nil
	}
	return c
}

func (c deadChoice) ids(ctx context.Context, g delivery.Graveyard, args []string) ([]string, error) {
	if !*c.all {
		return args, nil
	}
	var ids []string
	err := g.Dead(ctx, func(d record.Dead) error {
		if *c.reason == "" || d.Reason == *c.reason {
			ids = append(ids, d.ID)
		}
		return nil
	})
	return ids, err
}

// confirm asks before what cannot be undone; no answer is no.
func confirm(cmd *cobra.Command, n int) bool {
	fmt.Fprintf(cmd.OutOrStdout(), "Sẽ bỏ hẳn %d tin, không lấy lại được. Gõ «có» để bỏ: ", n)
	line, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "có", "co":
		return true
	}
	return false
}

// eachDead does something to each dead letter. One that is not there any more
// keeps nobody from the next.
func eachDead(cmd *cobra.Command, ids []string, done string, do func(id string) error) error {
	if len(ids) == 0 {
		fmt.Fprintln(cmd.OutOrStdout(), "Không có tin nào như vậy.")
		return nil
	}
	n, unknown := 0, 0
	for _, id := range ids {
		err := do(id)
		switch {
		case errors.Is(err, delivery.ErrNotFound):
			fmt.Fprintf(cmd.ErrOrStderr(), "Không có tin nào mã %s.\n", id)
			unknown++
		case err != nil:
			fmt.Fprintf(cmd.OutOrStdout(), done, n)
			return err
		default:
			n++
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), done, n)
	if unknown > 0 {
		return errFound
	}
	return nil
}
