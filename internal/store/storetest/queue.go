package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func queueTests() []test {
	return []test{
		{name: "DeliveriesWaitInOrder", run: deliveriesInOrder},
		{name: "AckIsIdempotent", run: ackIdempotent},
		{name: "AnAckFromAnEarlierLifeIsIgnored", run: ackBeyond},
	}
}

func deliveriesInOrder(t *testing.T, e *Engine) {
	var want []string
	for i := range 300 { // past one byte of the sequence
		text := fmt.Sprint("r", i)
		want = append(want, text)
		mustSave(t, e, record.Save{Chat: chatA, Revision: uint64(i), Update: fmt.Sprint(i), Out: replies(text)})
	}
	got := pending(t, e, chatA)
	if !slices.Equal(texts(got), want) {
		t.Errorf("Pending = %q", texts(got))
	}
	for i, d := range got {
		if d.Seq != uint64(i)+1 || d.Chat != chatA || d.Reply.Kind != bot.ReplyAnswer {
			t.Errorf("delivery %d is %+v", i, d)
		}
		if life := d.Expires.Sub(d.At); life <= 0 || life > record.KeepDelivery {
			t.Errorf("delivery %d lives for %v", i, life)
		}
	}
}

func ackIdempotent(t *testing.T, e *Engine) {
	other := bot.ChatID{Channel: "web", Bot: "main", Chat: "b"}
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("1", "2", "3", "4")})
	mustSave(t, e, record.Save{Chat: other, Update: "1", Out: replies("x")})
	for _, step := range []struct {
		upTo uint64
		want []uint64
	}{{0, []uint64{1, 2, 3, 4}}, {2, []uint64{3, 4}}, {2, []uint64{3, 4}}, {1, []uint64{3, 4}}, {4, nil}, {4, nil}} {
		ack(t, e, chatA, step.upTo)
		if got := seqs(pending(t, e, chatA)); !slices.Equal(got, step.want) {
			t.Errorf("after Ack of %d Pending = %v, want %v", step.upTo, got, step.want)
		}
	}
	if got := texts(pending(t, e, other)); !slices.Equal(got, []string{"x"}) {
		t.Errorf("another chat's queue is %q", got)
	}
	mustSave(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2", Out: replies("5")})
	if got := seqs(pending(t, e, chatA)); !slices.Equal(got, []uint64{5}) {
		t.Errorf("the sequence after an emptied queue is %v, want 5", got)
	}
}

func ackBeyond(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("1")})
	ack(t, e, chatA, 57)
	if got := seqs(pending(t, e, chatA)); !slices.Equal(got, []uint64{1}) {
		t.Errorf("Pending = %v, want what was never shown", got)
	}
}
