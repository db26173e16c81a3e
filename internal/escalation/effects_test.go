package escalation_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
)

// sample is a case in which everything that can be said was said.
func sample(t *testing.T) escalation.Case {
	t.Helper()
	d := loadDesks(t)
	at := func(minutes int) time.Time { return tuesday.Add(time.Duration(minutes) * time.Minute) }
	return escalation.Case{
		Code: "017123456", Chat: bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: "dan"}, Epoch: 7,
		Opened: tuesday, Matter: bot.MatterQuestion, Question: "Thẻ hết hạn thì đổi ở đâu?", Place: "tinh-khe",
		State: bot.CaseAnswered, Desk: "y-te", Holder: "lan", Due: d.Due("y-te", tuesday),
		Said: []escalation.Said{
			{No: 1, At: at(5), Officer: "lan", Kind: escalation.SaidAsk, Text: "Thẻ ghi hạn ngày nào?", End: bot.EndSent},
			{No: 2, At: at(9), Kind: escalation.SaidMore, Text: "Hạn 31/10 {lời}", Files: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "k1"}}},
			{No: 3, At: at(20), Officer: "lan", Kind: escalation.SaidAnswer, Text: "Xã đổi thẻ, không mất tiền.", Check: "482913", Files: []bot.Attachment{{Kind: bot.AttachVoice, Key: "k2"}}},
			{No: 4, At: at(30), Officer: "lan", Kind: escalation.SaidEntry, Entry: "mat-the", Check: "112233"},
			{No: 5, At: at(31), Officer: "lan", Kind: escalation.SaidEntry, Entry: "het-han", Check: "445566"},
			{No: 6, At: at(32), Officer: "lan", Kind: escalation.SaidAnswer, Check: "778899", Files: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "k3"}}},
			{No: 7, At: at(40), Officer: "lan", Kind: escalation.SaidDone, Text: "Đã gọi điện"},
		},
	}
}

// TestEffectsAreWorded holds what residents read against the recorded words.
func TestEffectsAreWorded(t *testing.T) {
	t.Parallel()
	office, c := newOffice(t, loadDesks(t)), sample(t)
	var out []string
	for _, e := range []escalation.Effect{
		{What: escalation.TellAsk, No: 1}, {What: escalation.TellAnswer, No: 3}, {What: escalation.TellAnswer, No: 4},
		{What: escalation.TellAnswer, No: 5}, {What: escalation.TellAnswer, No: 6}, {What: escalation.TellDone, No: 7, By: "lan"},
		{What: escalation.TellMoved, Desk: "y-te"}, {What: escalation.TellReferred, Desk: "tro-giup-phap-ly"},
		{What: escalation.TellLate, By: "lan"}, {What: escalation.TellLate, Desk: "chung"}, {What: escalation.TellLate},
		{What: escalation.TellRemind, No: 1}, {What: escalation.TellSilent}, {What: escalation.TellFull},
	} {
		replies, letters := office.Post(c, []escalation.Effect{e}, time.Time{}, 0, tuesday)
		if len(replies) != 1 || len(letters) != 0 {
			t.Fatalf("%s: %d replies, %d letters", e.What, len(replies), len(letters))
		}
		r := replies[0]
		if r.Case != c.Code {
			t.Errorf("%s belongs to case %q", e.What, r.Case)
		}
		said := e.What == escalation.TellAsk || e.What == escalation.TellAnswer || e.What == escalation.TellDone
		if (r.Epoch == c.Epoch) != said || (r.Track == escalation.SaidTrack(c.Code, e.No)) != said {
			t.Errorf("%s: epoch %d, track %q", e.What, r.Epoch, r.Track)
		}
		if e.What == escalation.TellAnswer && (!strings.Contains(r.Text, "Cán bộ Chị Lan (Bảo hiểm xã hội)") && !strings.Contains(r.Text, "cán bộ Chị Lan") ||
			!strings.Contains(r.Text, "Mã kiểm: "+c.Said[e.No-1].Check)) {
			t.Errorf("answer is not marked as a person's: %q", r.Text)
		}
		out = append(out, "== "+string(e.What), "["+string(r.Kind)+"]")
		for _, a := range r.Attachments {
			out = append(out, "+ "+string(a.Kind))
		}
		out = append(out, r.Text)
		for _, b := range r.Buttons {
			out = append(out, "  "+b.Label+" = "+b.Payload)
		}
		out = append(out, "")
	}
	golden(t, "testdata/effects.txt", strings.Join(out, "\n"))
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: words differ from the recorded ones (go test ./internal/escalation -update, then read the difference)\n%s", file, got)
	}
}

func TestCardTellsWhatTheChannelLetsThrough(t *testing.T) {
	t.Parallel()
	office, c := newOffice(t, loadDesks(t)), sample(t)
	lan := bot.ChatID{Channel: "telegram", Bot: "main", Chat: "777"}
	show := []escalation.Effect{{What: escalation.ShowCard, To: lan}}
	for name, test := range map[string]struct {
		until    time.Time
		messages int
		want     string
	}{
		"hours and messages": {tuesday.Add(31 * time.Hour), 6, "còn cho gửi: 31 giờ, 6 tin"},
		"only hours":         {tuesday.Add(31 * time.Hour), -1, "còn cho gửi: 31 giờ"},
		"over":               {tuesday.Add(-time.Second), 3, "đã hết"},
	} {
		_, letters := office.Post(c, show, test.until, test.messages, tuesday)
		if len(letters) != 1 || !strings.Contains(letters[0].Replies[0].Text, test.want) {
			t.Errorf("%s: %q is missing in %+v", name, test.want, letters)
		}
	}
	_, letters := office.Post(c, show, time.Time{}, 0, tuesday)
	if strings.Contains(letters[0].Replies[0].Text, "còn cho gửi") {
		t.Error("a window is told that nobody knows of")
	}
}

// A chat that has nothing to do with a case any more keeps none of its words.
func TestCardAway(t *testing.T) {
	t.Parallel()
	office, c := newOffice(t, loadDesks(t)), sample(t)
	tam := bot.ChatID{Channel: "telegram", Bot: "main", Chat: "555"}
	_, letters := office.Post(c, []escalation.Effect{{What: escalation.ShowCard, To: tam, Note: escalation.CardAway}}, time.Time{}, 0, tuesday)
	r := letters[0].Replies[0]
	if strings.Contains(r.Text, c.Question) || len(r.Buttons) > 0 || r.Card == "" || r.Update == "" || !strings.Contains(string(letters[0].Event), `"over":true`) {
		t.Errorf("got %+v with %s", r, letters[0].Event)
	}
}

// Letters go to each chat once, in the order of the effects; where a note says
// what happened, the card does not say it again.
func TestPostGathersByChat(t *testing.T) {
	t.Parallel()
	office, c := newOffice(t, loadDesks(t)), sample(t)
	c.Log = []escalation.Entry{{At: tuesday, By: "lan", What: escalation.Take}}
	c.State = bot.CaseHeld
	lan, hoa := bot.ChatID{Channel: "zalo-bot", Bot: "main", Chat: "lan"}, bot.ChatID{Channel: "zalo-bot", Bot: "main", Chat: "hoa"}
	replies, letters := office.Post(c, []escalation.Effect{
		{What: escalation.ShowCard, To: lan}, {What: escalation.ShowCard, To: hoa}, {What: escalation.NoteTaken, To: lan, By: "lan"}, {What: escalation.Alarm},
	}, time.Time{}, 0, tuesday)
	if len(replies) != 0 || len(letters) != 2 || letters[0].To != lan || len(letters[0].Replies) != 2 || letters[1].To != hoa {
		t.Fatalf("got %d replies and %+v", len(replies), letters)
	}
	if u := letters[0].Replies[0].Update; u != "" {
		t.Errorf("besides the note, who took it is told %q", u)
	}
	if u := letters[1].Replies[0].Update; !strings.Contains(u, "Chị Lan đã nhận") {
		t.Errorf("a colleague is told %q", u)
	}
}

func TestWelcome(t *testing.T) {
	t.Parallel()
	got := newOffice(t, loadDesks(t)).Welcome("lan")
	if len(got) != 1 || !strings.Contains(got[0].Text, "Chào Chị Lan, từ nay việc của Bảo hiểm xã hội") {
		t.Errorf("got %+v", got)
	}
}
