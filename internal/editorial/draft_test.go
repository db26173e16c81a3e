package editorial_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/editorial"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/knowledge"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const base = "../../knowledge/testdata/sample"

// taught are two cases for drafts, one for a wording, and many for nothing.
func taught() []escalation.Case {
	open, silent, secret, proposal := asked(10, "", "còn mở", answered("x")), asked(11, "", "im", answered("x")), asked(12, "", "kín", answered("x")), asked(13, "", "ý kiến", answered("x"))
	open.How, open.State, silent.How = "", bot.CaseAnswered, "silent"
	secret.Matter, proposal.Matter = bot.MatterConfidential, bot.MatterProposal
	done := escalation.Said{Officer: "lan", Kind: escalation.SaidDone, Text: "đã gọi điện"}
	ask := escalation.Said{Officer: "lan", Kind: escalation.SaidAsk, Text: "Cô ở đâu?"}
	nowhere := asked(3, "", "Tôi tên Đinh Văn Nía: {số} # \"mất thẻ\"\nlàm sao", answered("Dạ, chị Nía lên xã.\n\n  Mang theo căn cước."))
	nowhere.Topic = ""
	return []escalation.Case{
		nowhere, open, silent, secret, proposal,
		asked(2, "bhyt-ho-ngheo", "thẻ bảo hiểm ghi sai năm sinh thì sửa ở đâu", ask, answered("Sửa ở xã."), escalation.Said{Kind: escalation.SaidMore, Text: "cảm ơn chị Lan"}),
		asked(1, "bhyt-ho-ngheo", "nhà em cận nghèo, số 0912345678, mua thẻ được giảm mấy phần", answered("Chờ em."), sent("bhyt-ho-can-ngheo")),
		asked(14, "", "làm bằng lời khác", answered("x"), done), asked(15, "", "0912345678", answered("x")), asked(16, "", "hỏi", answered("0912345678")),
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	var got []editorial.Draft
	for _, d := range editorial.Drafts(taught()) {
		if len(d.Mark) != 20 || strings.Contains(d.Mark, "000000000") {
			t.Errorf("mark %q", d.Mark)
		}
		d.Mark = ""
		got = append(got, d)
	}
	want := []editorial.Draft{
		{Question: "nhà em cận nghèo, số [đã bỏ], mua thẻ được giảm mấy phần", Topic: "bao-hiem-y-te", Near: "bhyt-ho-ngheo", Entry: "bhyt-ho-can-ngheo"},
		{Question: "thẻ bảo hiểm ghi sai năm sinh thì sửa ở đâu", Answer: "Sửa ở xã.", Topic: "bao-hiem-y-te", Near: "bhyt-ho-ngheo"},
		{Question: "Tôi tên [đã bỏ]: {số} # \"mất thẻ\" làm sao", Answer: "Dạ, chị [đã bỏ] lên xã.\n\n  Mang theo căn cước."},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func read(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(data)
	}
	return out
}

func TestFolder(t *testing.T) {
	t.Parallel()
	f := editorial.Folder{Dir: filepath.Join(t.TempDir(), "a", "b")}
	drafts := editorial.Drafts(taught())
	write := func(want editorial.Written) {
		t.Helper()
		if got, err := f.Write(drafts); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("Write = %+v, %v, want %+v", got, err, want)
		}
	}
	write(editorial.Written{Drafts: []string{"nhap-1.yaml", "nhap-2.yaml"}, Proposals: 1})
	files := read(t, f.Dir)
	for _, name := range []string{"nhap-1.yaml", "nhap-2.yaml", editorial.ProposalsFile, editorial.QuestionsFile, editorial.LedgerFile} {
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(files[name]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(golden); err != nil || string(want) != files[name] {
			t.Errorf("%s is not as it was (%v):\n%s", name, err, files[name])
		}
	}
	write(editorial.Written{Drafts: []string{}, Before: 3})
	if again := read(t, f.Dir); !reflect.DeepEqual(again, files) {
		t.Error("a second time changed files")
	}
	// What an editor took over or threw away does not come back, and its number
	// is not given again.
	for _, name := range []string{"nhap-1.yaml", "nhap-2.yaml", editorial.ProposalsFile, editorial.QuestionsFile} {
		if err := os.Remove(filepath.Join(f.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	drafts = append(drafts, editorial.Drafts([]escalation.Case{asked(30, "", "chuyện khác hẳn", answered("Được."))})...)
	write(editorial.Written{Drafts: []string{"nhap-3.yaml"}, Before: 3})
	// A lost ledger: what the drafts tell is enough for them.
	if err := os.Remove(filepath.Join(f.Dir, editorial.LedgerFile)); err != nil {
		t.Fatal(err)
	}
	write(editorial.Written{Drafts: []string{"nhap-4.yaml", "nhap-5.yaml"}, Proposals: 1, Before: 1})
}

// A draft has the form of an entry: what is left to do is what its comments ask
// of the editor.
func TestADraftIsAlmostAnEntry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(base)); err != nil {
		t.Fatal(err)
	}
	drafts := editorial.Folder{Dir: filepath.Join(dir, knowledge.DraftsFolder)}
	if _, err := drafts.Write(editorial.Drafts(taught())); err != nil {
		t.Fatal(err)
	}
	before := knowledge.Check(os.DirFS(base), knowledge.Options{})
	if with := knowledge.Check(os.DirFS(dir), knowledge.Options{}); !reflect.DeepEqual(with, before) {
		t.Errorf("the base looks into the folder of drafts: %v", with.Faults)
	}
	draft := read(t, drafts.Dir)["nhap-1.yaml"]
	taken := func(draft string) (codes []string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "bao-hiem-y-te", "nhap-1.yaml"), []byte(draft), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, fault := range knowledge.Check(os.DirFS(dir), knowledge.Options{}).Faults {
			if !slices.Contains(before.Faults, fault) {
				codes = append(codes, fmt.Sprint(fault.Severity, " ", fault.Code))
			}
		}
		return codes
	}
	left := []string{"warning no-source", "warning no-review", "warning untested"}
	if got, want := taken(draft), append([]string{"error missing"}, left...); !slices.Equal(got, want) {
		t.Errorf("a draft put into the base has the faults %v, want %v: nobody knows since when it holds", got, want)
	}
	if got := taken(draft + "hiệu lực từ: 01/01/2026\n"); !slices.Equal(got, left) {
		t.Errorf("with its first day it has the faults %v, want %v", got, left)
	}
}
