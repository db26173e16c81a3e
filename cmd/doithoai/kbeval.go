package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/knowledge"
)

func newKBEval(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "eval TỆP…",
		Short: "Đo kho kiến thức bằng các câu hỏi thử",
		Long: `Đo kho kiến thức bằng các câu hỏi thử.

Với --calibrate thì trước đó tính lại xem chắc đến đâu mới được trả lời, từ các câu hỏi học của kho,
rồi ghi vào tệp hieu_chinh.json trong thư mục sau --kb. Những gì học được ghi vào mo_hinh.bin, để lần sau mở nhanh.`,
		Example: "  doithoai kb eval --kb kho kho/cau_hoi_thu/*.jsonl",
	}
	var o evalOptions
	cmd.Flags().StringVar(&o.dir, "kb", "", "`THƯ-MỤC` kho kiến thức (không ghi thì theo thiết đặt)")
	cmd.Flags().StringVar(&o.asOf, "as-of", "", "hỏi như đang ở `NGÀY` này, thí dụ 02/01/2027")
	cmd.Flags().BoolVar(&o.json, "json", false, "in kết quả dạng JSON")
	cmd.Flags().BoolVar(&o.calibrate, "calibrate", false, "tính lại hieu_chinh.json của kho sau --kb")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case o.calibrate && o.dir == "":
			return misuse(cmd, "--calibrate cần --kb THƯ-MỤC để biết ghi vào đâu.")
		case o.calibrate:
			return nil // the questions are the base's own; files only measure
		}
		return between(1, 1000, "tệp câu hỏi (.jsonl)")(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return evaluate(cmd, io, o, args) }
	return cmd
}

type evalOptions struct {
	dir, asOf       string
	json, calibrate bool
}

func evaluate(cmd *cobra.Command, io streams, o evalOptions, files []string) error {
	var questions []knowledge.Question
	for _, name := range files {
		read, err := readQuestions(name)
		if err != nil {
			return err
		}
		questions = append(questions, read...)
	}
	a, err := newAsker(cmd, io, o.dir, o.asOf)
	if err != nil {
		return err
	}
	if o.calibrate {
		if err := calibrate(a, o.dir); err != nil {
			return err
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "Đã ghi %s và %s.\n", filepath.Join(o.dir, knowledge.CalibrationFile), knowledge.ModelsFile)
		if len(files) == 0 {
			return nil
		}
		if a, err = newAsker(cmd, io, o.dir, o.asOf); err != nil {
			return err
		}
	}
	e := a.matcher.Evaluate(questions, a.day)
	if o.json {
		return printJSON(cmd.OutOrStdout(), e)
	}
	printEvaluation(cmd.OutOrStdout(), e)
	return nil
}

// calibrate fits the calibration of a folder and writes it there.
func calibrate(a *asker, dir string) error {
	c, err := knowledge.Calibrate(a.matcher.Base(), a.day)
	switch {
	case errors.Is(err, knowledge.ErrTooFewQuestions):
		return complain("Kho có quá ít câu hỏi học để chừa bớt ra mà đo. Thêm câu vào thư mục cau_hoi_hoc.")
	case err != nil:
		return complain("Không tính được: %v.", err)
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return complain("Không tính được: %v.", err)
	}
	name := filepath.Join(dir, knowledge.CalibrationFile)
	if err := os.WriteFile(name, append(data, '\n'), 0o644); err != nil { //nolint:gosec // part of the base, readable by its editors
		return complain("Không ghi được %s: %v.", name, err)
	}
	var models bytes.Buffer
	if err := a.matcher.StoreModels(&models); err != nil {
		return complain("Không ghi lại được những gì đã học: %v.", err)
	}
	name = filepath.Join(dir, knowledge.ModelsFile)
	if err := os.WriteFile(name, models.Bytes(), 0o644); err != nil { //nolint:gosec // part of the base, readable by its editors
		return complain("Không ghi được %s: %v.", name, err)
	}
	return nil
}

// readQuestions reads a file of labelled questions, one a line.
func readQuestions(name string) ([]knowledge.Question, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, complain("Không đọc được tệp %s. Xem lại tên tệp.", name)
	}
	var questions []knowledge.Question
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, maxLine)
	for line := 1; scanner.Scan(); line++ {
		if strings.TrimSpace(scanner.Text()) == "" {
			continue
		}
		var q knowledge.Question
		if err := json.Unmarshal(scanner.Bytes(), &q); err != nil || q.Q == "" || q.ID == "" {
			return nil, complain(`%s:%d: dòng này không phải một câu hỏi thử. Viết như {"q": "câu hỏi", "id": "mã mục"}.`, name, line)
		}
		questions = append(questions, q)
	}
	if err := scanner.Err(); err != nil {
		return nil, complain("%s: có dòng dài quá. Mỗi câu hỏi một dòng.", name)
	}
	return questions, nil
}

func printEvaluation(out io.Writer, e knowledge.Evaluation) {
	columns(out, func(row func(...string)) {
		row("loại", "số câu", "đúng", "trong lựa chọn", "bỏ qua", "SAI", "sai diện", "thiếu diện")
		line := func(name string, t knowledge.Tally) {
			cells := []string{name, fmt.Sprint(t.Questions)}
			for _, o := range []knowledge.Mark{knowledge.Right, knowledge.Offered, knowledge.Missed, knowledge.Wrong, knowledge.WrongFor, knowledge.Unsaid} {
				cells = append(cells, fmt.Sprintf("%.1f %%", 100*t.Share(o)))
			}
			row(cells...)
		}
		for _, kind := range slices.Sorted(maps.Keys(e.Kinds)) {
			line(kind, e.Kinds[kind])
		}
		line("trong phạm vi", e.InScope)
		line("có diện", e.Verdicts)
		line("tất cả", e.All)
	})
	if len(e.Cases) == 0 {
		return
	}
	fmt.Fprintln(out, "\nChưa đúng:")
	for _, c := range e.Cases {
		got := string(c.Act)
		if len(c.Entries) > 0 {
			got += " " + strings.Join(c.Entries, "+")
		}
		if c.Verdict != "" {
			got += " " + string(c.Verdict)
		}
		want := strings.TrimSpace(c.Question.ID + " " + string(c.Question.Verdict))
		fmt.Fprintf(out, "  [%s] %s\n      cần: %s · được: %s\n", c.Mark, c.Question.Q, want, got)
	}
}
