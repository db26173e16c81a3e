package chaos

import (
	"context"
	"strings"

	"github.com/doithoai/doithoai/bot"
)

// resident is a person with questions.
type resident struct {
	person
	last    bot.Reply // on the screen
	codes   []string  // of cases that were shown
	writing string    // what is asked for in words: the code of a case
}

// Payloads of buttons, as package bot writes them.
const (
	payPlace   = "p:"
	payConsent = "cs:gui:"
	payClear   = "c:ro:"
	payUnclear = "c:chua:"
	payMore    = "c:them:"
	payOfficer = "gap-can-bo"
)

// act does one thing.
func (r *resident) act(ctx context.Context) {
	fresh := r.look()
	for _, a := range fresh {
		r.last = a.Reply
		if code, ok := codeIn(a.Reply); ok {
			r.codes = append(r.codes, code)
		}
		if _, answer := button(a.Reply, payClear); a.Kind == bot.ReplyPerson && !answer && chance(70) {
			r.writing = a.Case // an officer asks
		}
	}
	switch {
	case r.writing != "":
		r.write(ctx, r.writing, "Thưa, nói thêm cho rõ là "+r.token())
		r.writing = ""
	case len(fresh) > 0 && r.respond(ctx):
	case chance(10):
		questions := []string{"Hộ cận nghèo có được thẻ bảo hiểm y tế không ", "Trợ cấp hưu trí xã hội được bao nhiêu ", "Chuyện này hỏi ai bây giờ "}
		r.write(ctx, "", oneOf(questions)+r.token())
		r.press(ctx, payOfficer)
	case len(r.codes) > 0 && chance(20):
		r.tell(ctx, payMore+oneOf(r.codes))
	case chance(10):
		r.write(ctx, "", "hỏi")
	}
}

// respond presses what the last message offers; false if that is nothing.
func (r *resident) respond(ctx context.Context) bool {
	prefixes := []string{payPlace, payConsent, payClear}
	if chance(30) {
		prefixes[2] = payUnclear
	}
	for _, prefix := range prefixes {
		payload, ok := button(r.last, prefix)
		switch {
		case !ok:
		case prefix == payUnclear:
			r.tell(ctx, payload)
			return true
		case chance(80):
			r.press(ctx, payload)
			return true
		}
	}
	return false
}

// tell presses what makes the next words belong to a case.
func (r *resident) tell(ctx context.Context, payload string) {
	if r.press(ctx, payload) && chance(80) {
		_, rest, _ := strings.Cut(payload, ":")
		_, r.writing, _ = strings.Cut(rest, ":")
	}
}

func (r *resident) press(ctx context.Context, payload string) bool {
	return r.send(ctx, deed{update: update{Press: payload}})
}

func (r *resident) write(ctx context.Context, code, text string) bool {
	return r.send(ctx, deed{update: update{Text: text}, token: r.token(), code: code})
}

// button returns the payload that begins so.
func button(r bot.Reply, prefix string) (payload string, ok bool) {
	for _, b := range r.Buttons {
		if strings.HasPrefix(b.Payload, prefix) {
			return b.Payload, true
		}
	}
	return "", false
}

// codeIn returns the code of the case that a message to a resident speaks of.
func codeIn(r bot.Reply) (string, bool) {
	for _, prefix := range []string{payMore, payClear} {
		if payload, ok := button(r, prefix); ok {
			return strings.TrimPrefix(payload, prefix), true
		}
	}
	return r.Case, r.Case != ""
}
