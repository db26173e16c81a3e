package escalation_test

import (
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

func TestOpenedGoesToTheDesk(t *testing.T) {
	t.Parallel()
	ask := func(matter bot.Matter, topic, desk string) bot.CaseAct {
		return bot.CaseAct{Kind: bot.ActOpen, Matter: matter, Topic: topic, Desk: desk, Question: "?"}
	}
	tests := []struct {
		name   string
		act    bot.CaseAct
		change []string // in the file
		absent []string // not registered
		desk   string
		told   []string
	}{
		{"each officer of a desk without a room", ask(bot.MatterQuestion, "bao-hiem-y-te", "y-te"), nil, nil,
			"y-te", []string{"card lan", "card hoa"}},
		{"the room of a desk that has one", ask(bot.MatterProposal, "vay-von", "vay-von"), nil, nil,
			"vay-von", []string{"card room:vay-von"}},
		{"the desk the resident was told, whatever the topic", ask(bot.MatterQuestion, "vay-von", "y-te"), nil, nil,
			"y-te", []string{"card lan", "card hoa"}},
		{"routed again if that desk is gone", ask(bot.MatterQuestion, "bao-hiem-y-te", "gone"), nil, nil,
			"y-te", []string{"card lan", "card hoa"}},
		{"never an address outside", ask(bot.MatterQuestion, "bao-hiem-y-te", "ngan-hang"), nil, nil,
			"y-te", []string{"card lan", "card hoa"}},
		{"routed again if nobody is there", ask(bot.MatterQuestion, "bao-hiem-y-te", "y-te"),
			[]string{"chat: telegram:101", "chat: telegram:101\n    nghỉ: 23/11/2026 - 24/11/2026", "chat: telegram:102", "chat: telegram:102\n    nghỉ: 23/11/2026 - 24/11/2026"}, nil,
			"chung", []string{"card nga"}},
		{"a cover in place of the absent", ask(bot.MatterQuestion, "bao-hiem-y-te", "y-te"),
			[]string{"chat: telegram:101", "chat: telegram:101\n    nghỉ: \"23/11/2026 - 24/11/2026, thay: son\""}, nil,
			"y-te", []string{"card son", "card hoa"}},
		{"who has no chat is passed over", ask(bot.MatterQuestion, "bao-hiem-y-te", "y-te"), nil, []string{"lan"},
			"y-te", []string{"card hoa"}},
		{"the head and officers of the catch-all if nobody has a chat", ask(bot.MatterQuestion, "bao-hiem-y-te", "y-te"), nil, []string{"lan", "hoa"},
			"y-te", []string{"card tuan", "card nga", "unreached tuan"}},
		{"operators if nobody at all has", ask(bot.MatterQuestion, "bao-hiem-y-te", "y-te"), nil, []string{"lan", "hoa", "nga", "tuan"},
			"y-te", []string{"alarm"}},
		{"confidential: one person", ask(bot.MatterConfidential, "", "kin"), nil, nil,
			"kin", []string{"card kim"}},
		{"confidential: its own head", ask(bot.MatterConfidential, "", "kin"), nil, []string{"kim"},
			"kin", []string{"card khanh"}},
		{"confidential: never the catch-all", ask(bot.MatterConfidential, "", "kin"), nil, []string{"kim", "khanh"},
			"kin", []string{"alarm"}},
		{"confidential: never the ordinary desk it was told", ask(bot.MatterConfidential, "", "y-te"), nil, nil,
			"kin", []string{"card kim"}},
		{"urgent: the urgent desk, one person", ask(bot.MatterUrgent, "vay-von", ""), nil, nil,
			"gap", []string{"card kieu"}},
		{"urgent: the next who has a chat", ask(bot.MatterUrgent, "", "gap"), nil, []string{"kieu"},
			"gap", []string{"card hai"}},
		{"urgent: never its room", ask(bot.MatterUrgent, "", "gap"), []string{"gấp: có", "gấp: có\n    nhóm chat: telegram:-1002"}, nil,
			"gap", []string{"card kieu"}},
		{"urgent: a confidential desk if no urgent one takes it", ask(bot.MatterUrgent, "", ""), []string{"gấp: có", "gấp: có\n    chủ đề: dat-dai"}, nil,
			"kin", []string{"card kim"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, test.change...)
			for _, id := range test.absent {
				delete(b.people, id)
			}
			b.open(test.act)
			b.wantCase(bot.CaseWaiting, test.desk, "", 0)
			b.want(test.told...)
		})
	}
}

func TestOpenedKeepsWhatWasAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	consent := bot.Consent{Version: "2", At: monday}
	act := bot.CaseAct{
		Kind: bot.ActOpen, Matter: bot.MatterQuestion, Question: " Đổi thẻ? ", Topic: "bao-hiem-y-te", Place: "tu-mo-rong", Desk: "y-te",
		Turns: []bot.Turn{{Asked: "thẻ", Entry: "the", At: monday}}, Near: []string{"the"}, Consent: consent,
		Files: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "k"}},
	}
	b.open(act)
	c := b.c
	if c.Question != "Đổi thẻ?" || c.Topic != act.Topic || c.Place != act.Place || len(c.Turns) != 1 || len(c.Near) != 1 || len(c.Files) != 1 {
		t.Errorf("case = %+v", c)
	}
	if c.Consent.Version != "2" || !c.Consent.At.Equal(monday) {
		t.Errorf("consent = %+v", c.Consent)
	}
	b.wantTime("due", c.Due, at(25, 17, 0))
	if c.Code != code || c.Chat != resident {
		t.Errorf("code %q, chat %v", c.Code, c.Chat)
	}
	act.Turns[0].Asked, act.Near[0], act.Files[0].Key = "x", "x", "x"
	if c.Turns[0].Asked != "thẻ" || c.Near[0] != "the" || c.Files[0].Key != "k" {
		t.Error("the case shares memory with the act")
	}
}

func TestOpenedTwiceIsOpenedOnce(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Opened, Open: &bot.CaseAct{Question: "another"}})
	b.want()
	if b.c.Question == "another" {
		t.Error("the question was overwritten")
	}
}

func TestNothingIsKnownOfACaseNeverOpened(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, kind := range kinds {
		c, told := Apply(Case{Code: code}, Event{Kind: kind, By: "lan", Text: "x"}, World{Desks: b.desks, Reach: b.people, Now: monday})
		if c.State != "" || len(told) != 0 {
			t.Errorf("%s on nothing: state %q, told %v", kind, c.State, told)
		}
	}
}

// An officer who registers, or unblocks the bot, gets the case that nobody could
// be shown.
func TestSomebodyIsLookedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	full := b.people
	b.people = people{}
	b.open(bot.CaseAct{Matter: bot.MatterQuestion, Desk: "y-te", Question: "?"})
	b.want("alarm")
	b.wantTime("next", b.c.Next, at(23, 14, 0)) // four working hours later
	b.strike()
	b.want("alarm")
	b.people = full
	b.until(b.now.Add(24 * time.Hour))
	b.wantCards("lan", "hoa")
}
