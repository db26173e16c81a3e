package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// compare compares all that can be read.
func (x *machine) compare(rt *rapid.T) {
	for _, chat := range x.chats {
		want := x.m.chat(chat)
		window := x.m.standing(want)
		got, err := x.e.Load(rt.Context(), chat)
		if err != nil || got.Revision != want.revision || got.LastSeq != want.lastSeq || !bytes.Equal(got.State, want.state) {
			rt.Fatalf("Load of %q = %+v, %v, want %+v", chat, got, err, want)
		}
		if got.Window.Sent != window.Sent || !got.Window.Since.Equal(window.Since) {
			rt.Fatalf("Load of %q has the window %+v, want %+v", chat, got.Window, window)
		}
		if !slices.EqualFunc(got.Cases, want.casesOf(), likeCase) {
			rt.Fatalf("Load of %q has the cases %+v, want %+v", chat, got.Cases, want.casesOf())
		}
		ds, err := x.e.Pending(rt.Context(), chat)
		if err != nil || !slices.EqualFunc(ds, x.m.pending(chat), alike) {
			rt.Fatalf("Pending of %q = %q, %v, want %q", chat, brief(ds...), err, brief(x.m.pending(chat)...))
		}
		for _, want := range want.refs {
			if ref, err := x.e.Ref(rt.Context(), chat, want.provider); err != nil || !bytes.Equal(ref, want.ref) {
				rt.Fatalf("Ref of %q = %q, %v, want %q", want.provider, ref, err, want.ref)
			}
		}
		for _, n := range []string{"1", "2"} {
			x.compareCase(rt, x.names.Chat(chat).CodePrefix()+n)
		}
	}
	for day := range x.m.counts {
		if got, err := x.e.Counts(rt.Context(), day); err != nil || !maps.Equal(got, x.m.count(day)) {
			rt.Fatalf("Counts of %s = %v, %v, want %v", day, got, err, x.m.count(day))
		}
	}
	x.graves(rt)
}

// brief tells of each delivery what fits into one word.
func brief(ds ...record.Delivery) (words []string) {
	for _, d := range ds {
		words = append(words, fmt.Sprintf("%d:%s/p%d/a%d/l%d/s%d/n%x", d.Seq, d.Reply.Text, d.Priority, d.Attempts, d.Lapses, d.Sent, d.Note))
	}
	return words
}

// likeCase is sameCase but for the due time of a case whose work is done.
func likeCase(got record.Case, want *modelCase) bool {
	if want.finished {
		got.Due = want.Due
	}
	return sameCase(got, want.Case)
}

func (x *machine) compareCase(rt *rapid.T, code string) {
	want := x.m.findCase(code)
	got, err := x.e.FindCase(rt.Context(), code)
	if want == nil && !errors.Is(err, delivery.ErrNotFound) || want != nil && (err != nil || !likeCase(got, want)) {
		rt.Fatalf("FindCase of %s = %+v, %v, want %+v", code, got, err, want)
	}
}

// graves compares the dead letters and returns the engine's in the order of the model's.
func (x *machine) graves(rt *rapid.T) []record.Dead {
	var got []record.Dead
	err := x.e.Dead(rt.Context(), func(d record.Dead) error {
		got = append(got, d)
		return nil
	})
	if err != nil || len(got) != len(x.m.graves()) {
		rt.Fatalf("Dead = %q, %v, want %q", buried(got), err, buried(x.m.graves()))
	}
	var sorted []record.Dead
	for _, want := range x.m.graves() {
		i := slices.IndexFunc(got, func(d record.Dead) bool { return sameDead(d, want) })
		if i < 0 {
			rt.Fatalf("Dead = %q, want %q among them", buried(got), buried([]record.Dead{want}))
		}
		sorted = append(sorted, got[i])
		got = slices.Delete(got, i, i+1)
	}
	return sorted
}

func buried(ds []record.Dead) (words []string) {
	for _, d := range ds {
		words = append(words, fmt.Sprintf("%s %s %s at %v", d.Letter.ID, brief(d.Delivery), d.Reason, d.At))
	}
	return words
}

// sameDead compares all but the id, which is the engine's own.
func sameDead(a, b record.Dead) bool {
	return a.Reason == b.Reason && a.At.Equal(b.At) && a.Letter.ID == b.Letter.ID &&
		(a.Letter.ID != "" && sameLetter(a.Letter, b.Letter) || a.Letter.ID == "" && alike(a.Delivery, b.Delivery))
}
