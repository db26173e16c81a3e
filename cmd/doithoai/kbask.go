package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/knowledge"
)

func newKBAsk(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ask CÂU-HỎI",
		Short: "Hỏi thử kho kiến thức một câu",
		Long: `Hỏi thử kho kiến thức một câu và xem câu trả lời bà con sẽ nhận.

Với --jsonl thì đọc nhiều câu từ đầu vào, mỗi dòng một {"q":…,"context":[…],"as_of":…},
và in mỗi câu một quyết định trên một dòng, theo thứ tự.`,
		Example: "  doithoai kb ask \"ho can ngheo mua the bhyt dc giam may phan\"\n" +
			"  doithoai kb ask --kb kho --as-of 02/01/2027 --explain \"chuẩn nghèo bao nhiêu\"",
	}
	dir := cmd.Flags().String("kb", "", "`THƯ-MỤC` kho kiến thức (không ghi thì theo thiết đặt)")
	asOf := cmd.Flags().String("as-of", "", "hỏi như đang ở `NGÀY` này, thí dụ 02/01/2027")
	asJSON := cmd.Flags().Bool("json", false, "in quyết định dạng JSON")
	explain := cmd.Flags().Bool("explain", false, "nói vì sao hiểu như vậy")
	lines := cmd.Flags().Bool("jsonl", false, "đọc nhiều câu từ đầu vào")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if *lines {
			return between(0, 0, "")(cmd, args)
		}
		return between(1, 1, "một câu hỏi, đặt trong ngoặc kép")(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		a, err := newAsker(cmd, io, *dir, *asOf)
		if err != nil {
			return err
		}
		if *lines {
			return a.answerLines(io.in, cmd.OutOrStdout())
		}
		d, text := a.ask(nil, args[0], a.day)
		if *asJSON {
			out := newDecision(d, text)
			if *explain {
				reasons := newWhy(a.matcher, d)
				out.Why = &reasons
			}
			return printJSON(cmd.OutOrStdout(), out)
		}
		fmt.Fprintln(cmd.OutOrStdout(), text)
		if *explain {
			printWhy(cmd.OutOrStdout(), a.matcher, d)
		}
		return nil
	}
	return cmd
}

// asker answers questions from one base.
type asker struct {
	matcher *knowledge.Matcher
	engine  *bot.Engine
	at      *time.Location
	day     knowledge.Date
}

func newAsker(cmd *cobra.Command, io streams, dir, asOf string) (*asker, error) {
	files, settings, err := openKB(cmd, io, dir)
	if err != nil {
		return nil, err
	}
	day, err := parseDay(cmd, asOf, settings.Timezone)
	if err != nil {
		return nil, err
	}
	base, report := knowledge.Load(files)
	if base == nil {
		printReport(cmd.ErrOrStderr(), report)
		return nil, errFound
	}
	matcher := knowledge.NewMatcher(base, nil)
	return &asker{matcher, bot.NewEngine(matcher, settings.Timezone), settings.Timezone, day}, nil
}

// parseDay reads the day of a flag; none means today.
func parseDay(cmd *cobra.Command, text string, at *time.Location) (knowledge.Date, error) {
	if text == "" {
		return knowledge.DateOf(time.Now().In(at)), nil
	}
	day, err := knowledge.ParseDate(text)
	if err != nil {
		return 0, misuse(cmd, "«%s» không phải ngày; viết như 02/01/2027.", text)
	}
	return day, nil
}

// ask tells how a question is understood after what was said before, and what
// the resident would get. Both come from the same conversation.
func (a *asker) ask(context []string, question string, day knowledge.Date) (knowledge.Decision, string) {
	var conv bot.Conversation
	var step bot.Step
	year, month, d := day.Time().Date()
	now := time.Date(year, month, d, 12, 0, 0, 0, a.at)
	chat := bot.ChatID{Channel: "terminal", Bot: "main", Chat: "kb ask"}
	for i, text := range append(append([]string(nil), context...), question) {
		m := bot.Message{Chat: chat, ID: fmt.Sprint(i), At: now, Kind: bot.KindText, Text: text}
		step = a.engine.Decide(conv, m, now)
		conv = step.Conversation
	}
	var texts []string
	for _, reply := range step.Replies {
		texts = append(texts, reply.Text)
	}
	return a.matcher.Converse(context, question, day), strings.Join(texts, "\n\n")
}

// maxLine bounds a line of --jsonl; a resident's longest message is far shorter.
const maxLine = 1 << 20

// answerLines answers one question a line. A line that is no question gets a
// line with its error, so that the answers stay in step.
func (a *asker) answerLines(in io.Reader, out io.Writer) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 0, 64<<10), maxLine)
	w := bufio.NewWriter(out)
	var failed error
	for scanner.Scan() {
		if len(strings.TrimSpace(scanner.Text())) == 0 {
			continue
		}
		var q knowledge.Question
		var answer any
		if err := json.Unmarshal(scanner.Bytes(), &q); err != nil {
			answer = map[string]string{"error": "dòng này không phải JSON của một câu hỏi"}
			failed = errFound
		} else {
			day := a.day
			if q.AsOf != 0 {
				day = q.AsOf
			}
			answer = newDecision(a.ask(q.Context, q.Q, day))
		}
		// Flushed line by line: whoever asks may wait for the answer before
		// asking on.
		if err := errors.Join(printJSON(w, answer), w.Flush()); err != nil {
			return complain("Không ghi được kết quả: %v.", err)
		}
	}
	if err := scanner.Err(); err != nil {
		return complain("Không đọc được đầu vào: %v.", err)
	}
	return failed
}
