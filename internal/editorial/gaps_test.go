package editorial_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/editorial"
	"github.com/doithoai/doithoai/internal/escalation"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// asked is a case of a resident of its own.
func asked(n int, near, text string, said ...escalation.Said) escalation.Case {
	c := escalation.Case{
		Code: fmt.Sprintf("000%07d", n), Chat: bot.ChatID{Channel: "telegram", Bot: "main", Chat: fmt.Sprint(n)},
		Opened: noon.Add(time.Duration(n) * time.Minute), Matter: bot.MatterQuestion, Question: text,
		Topic: "bao-hiem-y-te", Place: fmt.Sprint("xa-", n%2), State: bot.CaseClosed, How: "clear", Said: said,
	}
	if near != "" {
		c.Near = []string{near, "other"}
	}
	return c
}

func answered(text string) escalation.Said {
	return escalation.Said{No: 1, Officer: "lan", Kind: escalation.SaidAnswer, Text: text}
}

func sent(entry string) escalation.Said {
	return escalation.Said{No: 1, Officer: "lan", Kind: escalation.SaidEntry, Entry: entry}
}

// several are cases of three groups, and some that are none.
func several() []escalation.Case {
	secret, urgent, proposal, silent := asked(20, "bhyt", "chuyện kín"), asked(21, "bhyt", "chuyện gấp"), asked(22, "bhyt", "kiến nghị"), asked(23, "bhyt", " ")
	secret.Matter, urgent.Matter, proposal.Matter = bot.MatterConfidential, bot.MatterUrgent, bot.MatterProposal
	before := asked(7, "vay", "")
	before.Turns = []bot.Turn{{Asked: "vay vốn nuôi bò"}}
	return []escalation.Case{
		asked(1, "bhyt", "thẻ bảo hiểm mất thì làm lại ở đâu", answered("Ở xã.")),
		asked(2, "bhyt", "Em tên là Hồ Thị Lan, mất thẻ bảo hiểm làm lại", sent("cap-lai")),
		asked(3, "bhyt", "mat the bao hiem lam lai o dau", sent("cap-lai")),
		asked(4, "bhyt", "bảo hiểm có trả tiền xe không"),
		asked(5, "", "giếng nhà em cạn nước"),
		asked(6, "vay", "vay vốn nuôi bò ở đâu"), before, secret, urgent, proposal, silent,
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	got := editorial.Gaps(several(), false)
	topics := []string{"bao-hiem-y-te"}
	want := []editorial.Gap{
		{Count: 3, Near: "bhyt", Example: "thẻ bảo hiểm mất thì làm lại ở đâu", Topics: topics, Communes: 2, Answered: 3, Entry: "cap-lai", Sent: 2},
		{Count: 2, Near: "vay", Topics: topics, Communes: 2},
		{Count: 1, Topics: topics, Communes: 1},
		{Count: 1, Near: "bhyt", Topics: topics, Communes: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	backwards := several()
	slices.Reverse(backwards)
	if again := editorial.Gaps(backwards, false); !reflect.DeepEqual(again, got) {
		t.Errorf("in another order: %+v", again)
	}
	var examples []string
	for _, g := range editorial.Gaps(several(), true) {
		examples = append(examples, g.Example)
	}
	if all := strings.Join(examples, "|"); !strings.Contains(all, "vay vốn nuôi bò") || !strings.Contains(all, "giếng nhà em cạn nước") || strings.Contains(all, "kín") || strings.Contains(all, "gấp") {
		t.Errorf("all examples: %s", all)
	}
	if none := editorial.Gaps(nil, true); none == nil || len(none) != 0 {
		t.Errorf("of no cases: %#v", none)
	}
}

// Three cases of one resident are one person's words.
func TestOneResidentIsNoGroup(t *testing.T) {
	t.Parallel()
	var cases []escalation.Case
	for n := range 4 {
		c := asked(n, "bhyt", "mất thẻ bảo hiểm")
		c.Chat.Chat = fmt.Sprint(n / 2)
		cases = append(cases, c)
	}
	if got := editorial.Gaps(cases, false); len(got) != 1 || got[0].Count != 4 || got[0].Example != "" {
		t.Errorf("got %+v", got)
	}
}
