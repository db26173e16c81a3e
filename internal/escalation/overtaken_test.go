package escalation_test

import (
	"slices"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
)

// Two letters about a case may reach an officer's chat the wrong way round: its
// card and its list stay as the later one left them, what was said is said.
func TestCardsDoNotGoBack(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]escalation.Kind{"another has it": escalation.Take, "it is over": escalation.Cleared, "it was withdrawn": escalation.Withdrawn} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newStage(t)
			p.resident("200111111", "open", "Hỏi về thẻ")
			p.chat = p.cases["200111111"].Cards[0]
			p.owner, _ = registry{p.desks}.Officer(p.chat)
			first := p.cases["200111111"]
			letter := func(e escalation.Event) bot.Letter {
				e.Code = first.Code
				c, effects := escalation.Apply(p.cases[e.Code], e, escalation.World{Desks: p.desks, Reach: registry{p.desks}, Now: p.now, Random: 1})
				p.cases[e.Code] = c
				_, letters := p.office.Post(c, append(effects, escalation.Effect{What: escalation.NotePressed, To: p.chat}), tuesday, 0, p.now)
				i := slices.IndexFunc(letters, func(l bot.Letter) bool { return l.To == p.chat })
				letters[i].From = c.Chat
				return letters[i]
			}
			phoned := letter(escalation.Event{Kind: escalation.Phoned, Phone: "0905000111"})
			after := letter(escalation.Event{Kind: later, By: "hoa"})
			p.step(bot.Message{Kind: bot.KindLetter, Letter: &after})
			want := escalation.BookOf(p.stored).Lines

			p.step(bot.Message{Kind: bot.KindLetter, Letter: &phoned})

			if got := escalation.BookOf(p.stored).Lines; !slices.Equal(got, want) {
				t.Errorf("the list went back to %+v from %+v", got, want)
			}
			cards := slices.DeleteFunc(slices.Clone(p.out.Replies), func(r bot.Reply) bool { return r.Card == "" })
			if len(cards) != 0 || len(p.out.Replies) != 1 {
				t.Errorf("of what came late %d cards and %d replies go out, want the note alone", len(cards), len(p.out.Replies))
			}
			if name != "another has it" && len(want) != 0 {
				t.Errorf("a case that has ended is still in the list: %+v", want)
			}
		})
	}
}

// Where a card cannot be changed in its place only lines tell what happened: one
// is not lost because a later card that had nothing to say overtook it, but it is
// if something was said since.
func TestLineOfNewsIsNotLost(t *testing.T) {
	t.Parallel()
	const news = "Hồ sơ 200 111 111: người dân báo đã rõ, hồ sơ khép."
	for name, c := range map[string]struct {
		later string
		want  bool
	}{"after a silent card": {"", true}, "after later news": {"Hồ sơ 200 111 111: người dân báo chưa rõ, hồ sơ mở lại.", false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newStage(t)
			p.chat = bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: "lan"}
			p.owner, p.writer = "lan", "lan"
			send := func(told uint64, update string) []bot.Reply {
				letter := bot.Letter{
					From:    bot.ChatID{Channel: "telegram", Bot: "main", Chat: "resident"},
					Replies: []bot.Reply{{Kind: bot.ReplyCard, Case: "200111111", Card: "card:200111111", Text: "thẻ", Update: update}},
					Event:   escalation.SlipOf(escalation.Line{Code: "200111111", State: bot.CaseAnswered}, told),
				}
				p.step(bot.Message{Kind: bot.KindLetter, Letter: &letter})
				return p.out.Replies
			}
			send(1, "")
			if got := send(3, c.later); (len(got) == 1) != (c.later != "") {
				t.Fatalf("the later card was answered with %+v", got)
			}
			got := send(2, news)
			if c.want && (len(got) != 1 || got[0].Update != news) || !c.want && len(got) != 0 {
				t.Errorf("of the news that came late %+v goes out", got)
			}
			if again := send(2, news); len(again) != 0 {
				t.Errorf("the news came twice: %+v", again)
			}
		})
	}
}

// A note that overtakes the card it speaks of does not take its place.
func TestNoteLeavesTheCardBeforeIt(t *testing.T) {
	t.Parallel()
	p := newStage(t)
	lan, _ := p.desks.Officer("lan")
	p.chat, p.owner, p.writer = lan.Chats[0], "lan", "lan"
	p.resident("200111111", "open", "Hỏi về thẻ")
	before := p.cases["200111111"]
	after := before
	after.Told++ // another chat got a card
	p.stored = nil
	p.deliver(after, []escalation.Effect{{What: escalation.NotePressed, To: p.chat}})
	p.deliver(before, []escalation.Effect{{What: escalation.ShowCard, To: p.chat}})
	if len(p.out.Replies) != 1 || p.out.Replies[0].Card == "" {
		t.Errorf("got %+v, want the card", p.out.Replies)
	}
}
