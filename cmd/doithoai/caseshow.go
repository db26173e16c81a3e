package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/record"
)

func newCaseShow(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show MÃ",
		Short: "Một hồ sơ từ đầu đến cuối: ai làm gì, lúc nào, lời của hai bên",
		Long: `Một hồ sơ từ đầu đến cuối: ai làm gì, lúc nào, câu hỏi và câu trả lời.

Màn hình này có lời riêng của bà con: xem xong đừng chép đi nơi khác. Số điện thoại và số riêng bà con viết được che; thêm --phone thì hiện.`,
		Example: "  doithoai case show 0171234567\n  doithoai case show 0171234567 --json",
		Args:    between(1, 1, "mã hồ sơ"),
	}
	phone := cmd.Flags().Bool("phone", false, "hiện số điện thoại và số riêng của bà con")
	asJSON := cmd.Flags().Bool("json", false, "in ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		code, ok := readCase(args[0])
		if !ok {
			return misuse(cmd, "«%s» không phải mã hồ sơ; mã chỉ gồm chữ số.", printable(args[0]))
		}
		return withCases(cmd, io, func(ctx context.Context, o *app.Operation, n names) error {
			c, err := findCase(ctx, o, code)
			if err != nil {
				return err
			}
			if !*phone {
				maskCase(&c)
			}
			hidePlaces(&c)
			if *asJSON {
				return printIndented(cmd, wholeOf(c, time.Now()))
			}
			printCase(cmd.OutOrStdout(), n, c, time.Now())
			return nil
		})
	}
	return cmd
}

func findCase(ctx context.Context, o *app.Operation, code string) (escalation.Case, error) {
	r, err := o.FindCase(ctx, code)
	if errors.Is(err, record.ErrNotFound) || err == nil && escalation.IsBook(r) {
		return escalation.Case{}, complain("Không có hồ sơ nào mã %s. Xem mã bằng «doithoai case list»; hồ sơ khép quá 90 ngày thì đã xóa.", code)
	}
	if err != nil {
		return escalation.Case{}, err
	}
	c, err := escalation.FromRecord(r)
	if err != nil {
		return escalation.Case{}, complain("Hồ sơ %s bị hỏng, không đọc được.", code)
	}
	return c, nil
}

// maskCase hides the numbers that identify the resident: the one to be called at,
// and those in what the resident wrote.
func maskCase(c *escalation.Case) {
	c.Phone, c.Question = maskPhone(c.Phone), record.Mask(c.Question)
	for i := range c.Turns {
		c.Turns[i].Asked = record.Mask(c.Turns[i].Asked)
	}
	for i := range c.Said {
		if c.Said[i].Officer == "" {
			c.Said[i].Text = record.Mask(c.Said[i].Text)
		}
	}
}

// hidePlaces takes off files where they could be fetched from.
func hidePlaces(c *escalation.Case) {
	hide := func(files []bot.Attachment) {
		for i := range files {
			files[i].Key, files[i].Source = "", ""
		}
	}
	hide(c.Files)
	for _, s := range c.Said {
		hide(s.Files)
	}
}

// maskPhone leaves the last two digits, by which an officer on the telephone can
// tell one number from another.
func maskPhone(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if len(digits) < 6 {
		return strings.Repeat("•", len(digits))
	}
	return strings.Repeat("•", len(digits)-2) + digits[len(digits)-2:]
}

// wholeCase is a case for other programs: never whose chat it is, nor the codes
// that prove an answer to its resident.
type wholeCase struct {
	caseLine
	Channel  string           `json:"channel"`
	Matter   bot.Matter       `json:"matter"`
	Topic    string           `json:"topic,omitempty"`
	Place    string           `json:"place,omitempty"`
	Phone    string           `json:"phone,omitempty"`
	Consent  bot.Consent      `json:"consent,omitzero"`
	How      string           `json:"how,omitempty"`
	Question string           `json:"question,omitempty"`
	Files    []bot.Attachment `json:"files,omitempty"`
	Turns    []bot.Turn       `json:"turns,omitempty"`
	Near     []string         `json:"near,omitempty"`
	History  []happening      `json:"history"`
}

func wholeOf(c escalation.Case, now time.Time) wholeCase {
	return wholeCase{
		caseLine: lineOf(c, now), Channel: c.Chat.Channel, Matter: c.Matter, Topic: c.Topic, Place: c.Place, Phone: c.Phone,
		Consent: c.Consent, How: c.How, Question: c.Question, Files: c.Files, Turns: c.Turns, Near: c.Near, History: history(c),
	}
}

func printCase(out io.Writer, n names, c escalation.Case, now time.Time) {
	state := stateText(n, c.State, c.Holder)
	if c.Overdue(now) {
		state += ", QUÁ HẠN"
	}
	fmt.Fprintf(out, "Hồ sơ %s: %s\n", c.Code, state)
	columns(out, func(row func(...string)) {
		known := func(name, value string) {
			if value != "" {
				row(name, value)
			}
		}
		known("Loại việc", matterText(c.Matter))
		row("Gửi lúc", n.at(c.Opened)+", qua "+laneText(c.Chat.Channel+"/"+c.Chat.Bot))
		row("Hạn trả lời", n.at(c.Due))
		row("Bộ phận", n.desk(c.Desk))
		known("Chủ đề", n.topic(c.Topic))
		known("Nơi ở", n.place(c.Place))
		known("Điện thoại", printable(c.Phone))
		if !c.Consent.At.IsZero() {
			row("Đồng ý gửi", n.at(c.Consent.At)+", lời xin phép bản "+printable(c.Consent.Version))
		}
		if !c.Closed.IsZero() {
			row("Khép lúc", n.at(c.Closed)+howText(c.How))
		}
	})
	section(out, "Câu hỏi", func() {
		quote(out, c.Question)
		attached(out, c.Files)
	})
	if len(c.Turns) > 0 {
		section(out, "Trước đó đã hỏi trợ lý", func() {
			for _, t := range c.Turns {
				fmt.Fprintf(out, "  %s\n", n.at(t.At))
				quote(out, t.Asked)
				answer := "trợ lý chưa có câu trả lời"
				if t.Entry != "" {
					answer = "trợ lý gửi bài " + printable(t.Entry)
				}
				fmt.Fprintf(out, "    → %s\n", answer)
			}
		})
	}
	section(out, "Từng việc", func() {
		for _, h := range history(c) {
			printHappening(out, n, h)
		}
	})
}

func printHappening(out io.Writer, n names, h happening) {
	fmt.Fprintf(out, "  %s  %s: %s\n", n.at(h.At), n.who(h.By), n.what(h))
	if h.Reason != "" {
		fmt.Fprintf(out, "    lý do: %s\n", strings.ReplaceAll(printable(h.Reason), "\n", " "))
	}
	if h.Entry != "" {
		fmt.Fprintf(out, "    bài %s\n", printable(h.Entry))
	}
	quote(out, h.Text)
	attached(out, h.Files)
	switch {
	case h.Failed != "":
		fmt.Fprintf(out, "    → %s [%s]\n", endText(h.End), printable(h.Failed))
	case h.End != "":
		fmt.Fprintf(out, "    → %s\n", endText(h.End))
	}
}

func section(out io.Writer, title string, fill func()) {
	fmt.Fprintf(out, "\n%s\n", title)
	fill()
}

// quote shows what somebody wrote, without what a terminal would obey.
func quote(out io.Writer, text string) {
	for line := range strings.Lines(printable(text)) {
		fmt.Fprintf(out, "    │ %s\n", strings.TrimSuffix(line, "\n"))
	}
}

func attached(out io.Writer, files []bot.Attachment) {
	for _, f := range files {
		fmt.Fprintf(out, "    kèm: %s\n", strings.TrimSpace(attachmentText(f.Kind)+" "+printable(strings.ReplaceAll(f.Name, "\n", " "))))
	}
}

func attachmentText(k bot.AttachmentKind) string {
	text, ok := map[bot.AttachmentKind]string{
		bot.AttachPhoto: "ảnh", bot.AttachVoice: "ghi âm", bot.AttachVideo: "phim", bot.AttachFile: "tệp",
		bot.AttachSticker: "hình dán", bot.AttachLocation: "vị trí", bot.AttachContact: "danh thiếp",
	}[k]
	if !ok {
		return "tin khác"
	}
	return text
}

func matterText(m bot.Matter) string {
	switch m {
	case bot.MatterProposal:
		return "kiến nghị, phản ánh"
	case bot.MatterUrgent:
		return "việc GẤP, chỉ người nhận được xem"
	case bot.MatterConfidential:
		return "việc KÍN, chỉ người nhận được xem"
	}
	return ""
}

func howText(how string) string {
	text, ok := map[string]string{
		"clear": "bà con báo đã rõ", "silent": "bà con không nhắn lại", "referred": "đã chỉ nơi khác",
		"done": "cán bộ giải quyết cách khác", "withdrawn": "bà con rút lại",
	}[how]
	if !ok {
		return ""
	}
	return ", " + text
}
