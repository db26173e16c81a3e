package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// asProgram makes the test binary be the program, so that tests can start it
// as a process of its own and send it signals.
const asProgram = "RUN_AS_DOITHOAI"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// result is what a command left behind.
type result struct {
	code     int
	out, err string
}

// sample is a base of a few entries; the built-in one takes longer to learn.
const sample = "../../knowledge/testdata/sample"

// builtIn goes back to the base the program comes with.
const builtIn = "DOITHOAI_KNOWLEDGE="

// command runs a command line in this process, with the sample base and a data
// folder of its own.
func command(t *testing.T, stdin string, environ []string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	folder, err := filepath.Abs(sample)
	if err != nil {
		t.Fatal(err)
	}
	environ = append([]string{"DOITHOAI_DATA=" + filepath.Join(t.TempDir(), "data"), "DOITHOAI_KNOWLEDGE=" + folder}, environ...)
	code := run(t.Context(), args, streams{strings.NewReader(stdin), &out, &errs, environ})
	return result{code, out.String(), errs.String()}
}

// tail is the end of an output that may be long.
func tail(text string) string {
	if letters := []rune(text); len(letters) > 200 {
		return "…" + string(letters[len(letters)-200:])
	}
	return text
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		args    []string
		environ []string
		code    int
		out     []string // parts of stdout
		err     []string // parts of stderr
	}{
		"nothing":         {nil, nil, 0, []string{"Các lệnh:", "serve", "kb"}, nil},
		"help":            {[]string{"--help"}, nil, 0, []string{"Cách dùng:", "Tùy chọn:", "--config TỆP"}, nil},
		"help of serve":   {[]string{"serve", "-h"}, nil, 0, []string{"doithoai serve", "http://127.0.0.1:8080"}, nil},
		"help of a group": {[]string{"kb"}, nil, 0, []string{"check", "ask", "eval", "init"}, nil},
		"version":         {[]string{"version"}, nil, 0, []string{"doithoai dev (go"}, nil},
		"completion":      {[]string{"completion", "bash"}, nil, 0, []string{"__start_doithoai"}, nil},
		"no such command": {[]string{"servee"}, nil, 2, nil, []string{"Không có lệnh «doithoai servee». Có phải là «doithoai serve»?"}},
		"no such part":    {[]string{"kb", "chek"}, nil, 2, nil, []string{"«doithoai kb chek»", "«doithoai kb check»"}},
		"no such flag":    {[]string{"serve", "--port", "1"}, nil, 2, nil, []string{"Không có tùy chọn «--port»", "doithoai serve --help"}},
		"flag needs text": {[]string{"serve", "--config"}, nil, 2, nil, []string{"«--config» cần một giá trị"}},
		"flag is no bool": {[]string{"kb", "check", "--json=maybe"}, nil, 2, nil, []string{"«--json» không nhận giá trị «maybe»"}},
		"too much":        {[]string{"version", "now"}, nil, 2, nil, []string{"thừa «now»"}},
		"too little":      {[]string{"kb", "init"}, nil, 2, nil, []string{"Thiếu tên thư mục"}},
		"config show": {[]string{"config", "show"}, []string{"DOITHOAI_TELEGRAM_TOKEN=geheim"}, 0,
			[]string{"listen", "127.0.0.1:8080", "(mặc định)", "(biến DOITHOAI_TELEGRAM_TOKEN)", "(đã đặt)"}, nil},
		"config faults": {[]string{"config", "show"}, []string{"DOITHOAI_LISTEN=x", "DOITHOAI_MODE=y"}, 1, nil,
			[]string{"Các thiết đặt có lỗi:", "DOITHOAI_LISTEN", "DOITHOAI_MODE"}},
		"serve with faults":     {[]string{"serve"}, []string{"DOITHOAI_LISTEN=x"}, 1, nil, []string{"listen: «x» không phải địa chỉ"}},
		"serve with redis":      {[]string{"serve"}, []string{"DOITHOAI_REDIS=redis://:geheim@127.0.0.1:1"}, 1, nil, []string{"Không mở được kho lưu trong Redis"}},
		"doctor":                {[]string{"doctor"}, []string{"DOITHOAI_LISTEN=127.0.0.1:0", builtIn}, 0, []string{"[được] Kho lưu", "[được] Kho kiến thức", "mất điện"}, nil},
		"doctor finds":          {[]string{"doctor"}, []string{"DOITHOAI_LISTEN=127.0.0.1:0", "DOITHOAI_DESKS=main_test.go"}, 1, []string{"[HỎNG] Cán bộ"}, nil},
		"kb check":              {[]string{"kb", "check"}, []string{builtIn}, 0, []string{"không có lỗi"}, nil},
		"kb check nowhere":      {[]string{"kb", "check", "/nowhere"}, nil, 1, nil, []string{"Không mở được thư mục /nowhere"}},
		"kb ask without a word": {[]string{"kb", "ask"}, nil, 2, nil, []string{"Thiếu một câu hỏi"}},
		"kb ask on no day":      {[]string{"kb", "ask", "--as-of", "hôm qua", "x"}, nil, 2, nil, []string{"«hôm qua» không phải ngày"}},
		"kb schema":             {[]string{"kb", "schema"}, nil, 0, []string{"$schema", "Một mục kiến thức"}, nil},
		"kb schema of nothing":  {[]string{"kb", "schema", "x"}, nil, 2, nil, []string{"Không có khuôn «x»; có: muc, so_lieu"}},
		"kb eval nothing":       {[]string{"kb", "eval", "/nowhere.jsonl"}, nil, 1, nil, []string{"Không đọc được tệp /nowhere.jsonl"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, "", c.environ, c.args...)
			if got.code != c.code {
				t.Errorf("exit code %d, want %d; it ends in %q %q", got.code, c.code, tail(got.out), tail(got.err))
			}
			for _, want := range c.out {
				if !strings.Contains(got.out, want) {
					t.Errorf("stdout %q, want %q in it", tail(got.out), want)
				}
			}
			for _, want := range c.err {
				if !strings.Contains(got.err, want) {
					t.Errorf("stderr %q, want %q in it", got.err, want)
				}
			}
			if c.err == nil && got.err != "" {
				t.Errorf("stderr %q, want nothing", got.err)
			}
			if strings.Contains(got.out+got.err, "geheim") {
				t.Error("a secret is shown")
			}
		})
	}
}

// English words that the command library would say if it were asked itself.
func TestHelpIsVietnamese(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"serve", "-h"}, {"kb", "-h"}, {"kb", "ask", "-h"}, {"kb", "eval", "-h"}, {"config", "-h"}, {"desks", "-h"}, {"desks", "import", "-h"}, {"desks", "check", "--x"}, {"x"}, {"serve", "x"}} {
		got := command(t, "", nil, args...)
		for _, word := range []string{"Usage", "Flags", "Available", "help for", "unknown", "accepts", "Error"} {
			if strings.Contains(got.out+got.err, word) {
				t.Errorf("doithoai %v says %q:\n%s%s", args, word, got.out, got.err)
			}
		}
	}
}

func TestKBFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "kho")
	if got := command(t, "", nil, "kb", "init", folder); got.code != 0 || !strings.Contains(got.out, "Đã chép") {
		t.Fatalf("init: %+v", got)
	}
	if got := command(t, "", nil, "kb", "init", folder); got.code != 1 || !strings.Contains(got.err, "đã có tệp") {
		t.Errorf("second init: %+v", got)
	}
	if got := command(t, "", nil, "kb", "check", folder); got.code != 0 {
		t.Errorf("check: %d, %q", got.code, tail(got.out))
	}
	if err := os.WriteFile(filepath.Join(folder, "so_lieu.yaml"), []byte("số liệu: [hỏng\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := command(t, "", nil, "kb", "check", folder); got.code != 1 || !strings.Contains(got.out, "so_lieu.yaml:1:10: ") {
		t.Errorf("check of a faulty folder: %+v", got)
	}
	var report struct {
		OK     bool
		Faults []struct {
			File, Severity, Message, Cure string
			Line                          int
		}
	}
	got := command(t, "", []string{"DOITHOAI_KNOWLEDGE=" + folder}, "kb", "check", "--json")
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.code != 1 || report.OK || len(report.Faults) == 0 {
		t.Errorf("check --json: %v, %+v", err, got)
	}
	if got := command(t, "", nil, "kb", "ask", "--kb", folder, "chào"); got.code != 1 || !strings.Contains(got.err, "so_lieu.yaml:1") {
		t.Errorf("ask of a faulty folder: %+v", got)
	}
}

// The keys and their order in meaning are what other programs read.
func TestKBAskIsAStableForm(t *testing.T) {
	t.Parallel()
	const question = "cận nghèo mua thẻ bảo hiểm được giảm bao nhiêu"
	got := command(t, "", nil, "kb", "ask", "--json", question)
	var one map[string]any
	if err := json.Unmarshal([]byte(got.out), &one); err != nil || got.code != 0 {
		t.Fatalf("%v: %+v", err, got)
	}
	for _, key := range []string{"decision", "entry", "entries", "verdict", "facet", "slots", "candidates", "text"} {
		if _, ok := one[key]; !ok {
			t.Errorf("no %q in %s", key, got.out)
		}
	}
	if one["entry"] != "bhyt-ho-can-ngheo" || one["text"] == "" {
		t.Errorf("got %s", got.out)
	}

	lines := `{"q":"` + question + `"}` + "\n\nnot json\n" + `{"q":"còn nộp ở đâu","context":["` + question + `"],"as_of":"02/01/2027"}` + "\n"
	many := command(t, lines, nil, "kb", "ask", "--jsonl")
	rows := strings.Split(strings.TrimSpace(many.out), "\n")
	if len(rows) != 3 || many.code != 1 {
		t.Fatalf("got %d rows, code %d, want 3 and 1: %s", len(rows), many.code, many.out)
	}
	if rows[0]+"\n" != got.out {
		t.Errorf("--jsonl says %s, --json says %s", rows[0], got.out)
	}
	if !strings.Contains(rows[1], `"error"`) || !strings.Contains(rows[2], "bhyt-ho-can-ngheo") {
		t.Errorf("got %s and %s", rows[1], rows[2])
	}
	if why := command(t, "", nil, "kb", "ask", "--explain", question); !strings.Contains(why.out, "Vì sao:") || !strings.Contains(why.out, "cận nghèo") {
		t.Errorf("got %+v", why)
	}
}

func TestChatInAPipe(t *testing.T) {
	t.Parallel()
	got := command(t, "chào\n\ncận nghèo mua thẻ bảo hiểm được giảm bao nhiêu\n", nil, "chat")
	if got.code != 0 || got.err != "" || strings.Count(got.out, "\n---\n") != 2 || !strings.Contains(got.out, "Gặp cán bộ") {
		t.Errorf("got %+v, want two answers", got)
	}
}

func TestKBEval(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "thu.jsonl")
	questions := `{"q":"cận nghèo mua thẻ bảo hiểm được giảm bao nhiêu","id":"bhyt-ho-can-ngheo","kind":"plain"}` + "\n"
	if err := os.WriteFile(name, []byte(questions), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := command(t, "", nil, "kb", "eval", name); got.code != 0 || !strings.Contains(got.out, "100.0 %") {
		t.Errorf("got %+v", got)
	}
	got := command(t, "", nil, "kb", "eval", "--json", name)
	var e struct {
		All struct{ Questions int }
	}
	if err := json.Unmarshal([]byte(got.out), &e); err != nil || e.All.Questions != 1 {
		t.Errorf("%v: %+v", err, got)
	}
	if err := os.WriteFile(name, []byte(questions+"x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := command(t, "", nil, "kb", "eval", name); got.code != 1 || !strings.Contains(got.err, "thu.jsonl:2: ") {
		t.Errorf("got %+v", got)
	}
}

// «make schema» rewrites them.
func TestSchemasInTheRepositoryAreCurrent(t *testing.T) {
	t.Parallel()
	for _, name := range knowledge.SchemaNames() {
		want := command(t, "", nil, "kb", "schema", name)
		got, err := os.ReadFile(filepath.Join("..", "..", "docs", "schema", name+".schema.json"))
		if err != nil || string(got) != want.out {
			t.Errorf("docs/schema/%s.schema.json is not what «kb schema» prints (%v): run make schema", name, err)
		}
	}
	want := command(t, "", nil, "desks", "schema")
	if got, err := os.ReadFile("../../docs/schema/can_bo.schema.json"); err != nil || string(got) != want.out {
		t.Errorf("docs/schema/can_bo.schema.json is not what «desks schema» prints (%v): run make schema", err)
	}
}

func TestBuiltInBaseIsCopiedWhole(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "kho")
	if err := os.CopyFS(folder, quangngai.FS()); err != nil {
		t.Fatal(err)
	}
	built, copied := command(t, "", []string{builtIn}, "kb", "check", "--json"), command(t, "", nil, "kb", "check", "--json", folder)
	if built.out != copied.out {
		t.Errorf("the copy is not the built-in base: %q, %q", tail(built.out), tail(copied.out))
	}
}
