package channeltest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// pushScript answers with what a test can recognise, as echo does; «dài» gets
// the long answer, a picture what it was taken for.
func pushScript(m bot.Message) []bot.Reply {
	switch {
	case m.Kind == bot.KindOther:
		text := []string{"nhận"}
		for _, a := range m.Attachments {
			text = append(text, string(a.Kind))
		}
		return []bot.Reply{{Kind: bot.ReplyNotice, Text: strings.Join(text, " ")}}
	case m.Text == "dài":
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: longAnswer(), Buttons: choices()}}
	case m.Text == "2": // where choices are typed
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "đã bấm " + choices()[1].Payload}}
	case m.Text == "lặng":
		return nil
	}
	return echo(m)
}

// choices are those that «chọn» and «dài» offer; echo has the same.
func choices() []bot.Button {
	return []bot.Button{{Label: "Giấy tờ", Payload: "facet:papers"}, {Label: "Nơi nộp", Payload: "facet:where"}}
}

// longAnswer has a little over 5,000 characters in paragraphs, lines and words,
// with what markup would stumble over.
func longAnswer() string {
	var b strings.Builder
	for i := 1; b.Len() < 7000; i++ {
		fmt.Fprintf(&b, "%d. Hộ nghèo, hộ cận nghèo <ở xã> & phường nộp giấy tờ tại «một cửa»; _xem_ *kỹ* [mục %d].", i, i)
		if i%4 == 0 {
			b.WriteString("\n\n")
		} else {
			b.WriteString("\n")
		}
	}
	return strings.TrimSpace(b.String())
}

func pushTakesText(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	const line = "Hộ nghèo được gì? " + private
	typeLine(ctx, t, r, "Ho\u0323\u0302 nghe\u0300o \u0111\u01b0\u01a1\u0323c gi\u0300? "+private) // as some phones type it
	wantNext(ctx, t, r, "nghe: "+line)
	typeLine(ctx, t, r, "a < b & c > d \"e\"\nhai")
	wantNext(ctx, t, r, "nghe: a < b & c > d \"e\"\nhai")
	taken := b.typed()
	if len(taken) != 2 {
		t.Fatalf("took %d messages, want 2", len(taken))
	}
	m := taken[0]
	if m.Kind != bot.KindText || m.Text != line || m.Payload != "" || len(m.Attachments) > 0 {
		t.Errorf("took kind %q, text %q, payload %q; want the composed text", m.Kind, m.Text, m.Payload)
	}
	if m.Chat.Channel == "" || m.Chat.Bot == "" || m.Chat.Chat == "" || m.At.IsZero() {
		t.Errorf("took %+v, want chat and time filled", m)
	}
	if m.ID == "" || m.ID == taken[1].ID || m.Chat != taken[1].Chat {
		t.Errorf("ids %q and %q, chats %v and %v, want two ids of one chat", m.ID, taken[1].ID, m.Chat, taken[1].Chat)
	}
}

func pushAnswersInOrder(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	typeLine(ctx, t, r, "ba")
	wantNext(ctx, t, r, "một", "hai", "ba")
	for _, line := range []string{"a", "b", "c"} {
		typeLine(ctx, t, r, line)
	}
	if b.abilities.Ordered {
		wantNext(ctx, t, r, "nghe: a", "nghe: b", "nghe: c")
		return
	}
	var got []string
	for range 3 {
		text, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, text)
	}
	slices.Sort(got)
	if want := []string{"nghe: a", "nghe: b", "nghe: c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func pushKeepsChatsApart(t *testing.T, b *pushBench) {
	one, ctx := b.resident(t)
	two, _ := b.resident(t)
	typeLine(ctx, t, one, "của một")
	typeLine(ctx, t, two, "của hai")
	wantNext(ctx, t, two, "nghe: của hai")
	wantNext(ctx, t, one, "nghe: của một")
	if m := b.typed(); m[0].Chat == m[1].Chat {
		t.Errorf("both residents are chat %v", m[0].Chat)
	}
}

func pushTakesPhoto(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	if err := r.Photo(ctx); err != nil {
		t.Fatal(err)
	}
	wantNext(ctx, t, r, "nhận photo")
	if m := b.typed()[0]; m.Text != "" || m.Attachments[0].Source == "" {
		t.Errorf("took %+v, want a picture with its source", m)
	}
}

func pushChooses(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	typeLine(ctx, t, r, "chọn")
	wantNext(ctx, t, r, "chọn gì")
	if err := r.Choose(ctx, "Nơi nộp"); err != nil {
		t.Fatalf("choose: %v", err)
	}
	wantNext(ctx, t, r, "đã bấm facet:where")
	taken := b.typed()
	m := taken[len(taken)-1]
	pressed := m.Kind == bot.KindPress && m.Payload == "facet:where"
	if typed := m.Kind == bot.KindText && m.Text == "2"; !pressed && !typed {
		t.Errorf("took kind %q, text %q, payload %q", m.Kind, m.Text, m.Payload)
	}
}

func pushTakesOnce(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	typeLine(ctx, t, r, "hai lần")
	wantNext(ctx, t, r, "nghe: hai lần")
	if err := b.platform.Redeliver(ctx); err != nil {
		t.Fatalf("redeliver: %v", err)
	}
	typeLine(ctx, t, r, "xong")
	wantNext(ctx, t, r, "nghe: xong") // and not the first answer again
	if n := len(b.typed()); n != 2 {
		t.Errorf("took %d messages, want 2", n)
	}
}

func pushNotTaken(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	b.post.Fail(Handling, 3)
	typeLine(ctx, t, r, "mất điện "+private)
	eventually(ctx, t, "take what failed before", func() bool {
		b.platform.Pass(5 * time.Second)
		return len(b.typed()) > 0
	})
	wantNext(ctx, t, r, "nghe: mất điện "+private)
	if n := len(b.post.Calls()); n < 4 {
		t.Errorf("taken at call %d, want the fourth or later", n)
	}
}

func pushKeepsOrder(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	b.post.Fail(Handling, 2)
	for _, line := range []string{"một", "hai", "ba nhé"} {
		typeLine(ctx, t, r, line)
	}
	eventually(ctx, t, "take all three", func() bool {
		b.platform.Pass(5 * time.Second)
		return len(b.typed()) == 3
	})
	wantNext(ctx, t, r, "nghe: một", "nghe: hai", "nghe: ba nhé")
}

func pushSkipsPoison(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	for i, err := range []error{record.ErrInvalid, record.ErrVersion} {
		poison := fmt.Sprintf("thuốc độc %d %s", i, private)
		b.post.Poison(poison, fmt.Errorf("save chat: %w", err))
		typeLine(ctx, t, r, poison)
		typeLine(ctx, t, r, fmt.Sprintf("sau %d", i))
		wantNext(ctx, t, r, fmt.Sprintf("nghe: sau %d", i))
	}
	if b.counts.sum() == 0 || b.log.String() == "" {
		t.Error("a message was given up without a count or a line in the log")
	}
}

func pushUnknown(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	before := b.counts.sum()
	ok, err := b.platform.Unknown(ctx)
	if err != nil || !ok {
		t.Fatalf("an unknown event: acknowledged %t, %v", ok, err)
	}
	eventually(ctx, t, "count the unknown event", func() bool { return b.counts.sum() > before })
	if n := len(b.post.Calls()); n != 0 {
		t.Errorf("handled %d messages of an unknown event", n)
	}
	typeLine(ctx, t, r, "còn đó không")
	wantNext(ctx, t, r, "nghe: còn đó không")
}

func pushForged(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	refused, err := b.platform.Forge(ctx)
	if err != nil || !refused {
		t.Errorf("a forged event: refused %t, %v", refused, err)
	}
	if n := len(b.post.Calls()); n != 0 {
		t.Errorf("handled %d messages of a forged event", n)
	}
	typeLine(ctx, t, r, "thật")
	wantNext(ctx, t, r, "nghe: thật")
}

func pushFlood(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	const many = 300
	for range many {
		typeLine(ctx, t, r, "lặng")
	}
	wantNext(ctx, t, r, b.abilities.Flood)
	typeLine(ctx, t, r, "lặng")
	if p, ok := b.platform.(Quieter); ok {
		if err := p.Quiet(ctx); err != nil {
			t.Fatal(err)
		}
	}
	b.platform.Pass(time.Hour) // it calms
	typeLine(ctx, t, r, "nghe lại chưa")
	wantNext(ctx, t, r, "nghe: nghe lại chưa") // and not the polite text again
	if n := len(b.typed()); n >= many/2 {
		t.Errorf("took %d of %d messages, want far fewer", n, many)
	}
}
