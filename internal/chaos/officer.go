package chaos

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/doithoai/doithoai/bot"
)

// officer is a person at a desk: presses whatever there is to press, in the own
// chat or in the room.
type officer struct {
	person
	id    string
	shown map[string]arrival // the card of each case, as it stands
	old   []bot.Button       // buttons of cards that have changed since
	asked *bot.Reply         // what the officer was asked last
	// writing is a case for which words are wanted, token in what was written last.
	writing, token string
}

// choice is a button of an officer: "k:<verb>:<code>:<epoch>[:<arg>]", as package
// escalation writes it.
type choice struct {
	verb, code string
	epoch      uint64
}

func readChoice(payload string) (c choice, ok bool) {
	parts := strings.SplitN(payload, ":", 5)
	if len(parts) < 4 || parts[0] != "k" {
		return choice{}, false
	}
	epoch, err := strconv.ParseUint(parts[3], 10, 64)
	return choice{parts[1], parts[2], epoch}, err == nil
}

// act does one thing.
func (o *officer) act(ctx context.Context) {
	for _, a := range o.look() {
		o.take(a)
	}
	switch {
	case o.writing != "":
		o.write(ctx, o.writing)
	case o.asked != nil && len(o.asked.Buttons) > 0:
		b := oneOf(o.asked.Buttons)
		if i := slices.IndexFunc(o.asked.Buttons, func(b bot.Button) bool { return strings.HasPrefix(b.Payload, "k:send:") }); i >= 0 && chance(80) {
			b = o.asked.Buttons[i]
		}
		text := o.asked.Text
		o.asked = nil
		o.press(ctx, b.Payload, text)
	case len(o.old) > 0 && chance(5):
		o.press(ctx, oneOf(o.old).Payload, "")
	default:
		o.work(ctx)
	}
}

// take notes what came.
func (o *officer) take(a arrival) {
	if a.Card != "" {
		if before, ok := o.shown[a.Case]; ok {
			o.old = append(o.old, before.Buttons...)
			o.old = o.old[max(0, len(o.old)-20):]
		}
		o.shown[a.Case] = a
		return
	}
	for _, b := range a.Buttons {
		c, _ := readChoice(b.Payload)
		if slices.Contains([]string{"send", "edit", "drop", "for", "to", "why"}, c.verb) {
			o.asked = &a.Reply
			return
		}
	}
}

// work goes on with any case that can be gone on with.
func (o *officer) work(ctx context.Context) {
	var open, mine []arrival
	for _, a := range o.shown {
		switch _, held := button(a.Reply, "k:release:"); {
		case held:
			mine = append(mine, a)
		case len(a.Buttons) > 0:
			open = append(open, a)
		}
	}
	if len(mine) > 0 && (len(open) == 0 || chance(80)) {
		card := oneOf(mine)
		switch dice := rand.IntN(100); { //nolint:gosec // no secret
		case dice < 40:
			o.write(ctx, card.Case)
		case dice < 90:
			o.press(ctx, oneOf(card.Buttons).Payload, "")
		} // or forgets it for a while
		return
	}
	if len(open) == 0 {
		return
	}
	card := oneOf(open)
	b := oneOf(card.Buttons)
	switch c, _ := readChoice(b.Payload); {
	case c.verb == "take" && chance(30):
		o.write(ctx, card.Case)
	case c.verb != "not" || chance(30):
		o.press(ctx, b.Payload, "")
	}
}

// press presses a button under a message of that text.
func (o *officer) press(ctx context.Context, payload, text string) {
	c, _ := readChoice(payload)
	d := deed{update: update{Press: payload}, code: c.code}
	switch c.verb {
	case "send":
		if o.token != "" && strings.Contains(text, o.token) {
			d.token = o.token
		}
	case "ask", "edit":
		o.writing = c.code
	}
	o.send(ctx, d)
}

// write answers the card of a case.
func (o *officer) write(ctx context.Context, code string) {
	o.writing = ""
	d := deed{token: o.person.token(), code: code}
	d.Text = "Việc này giải quyết như sau: " + d.token
	if card, ok := o.shown[code]; ok {
		d.ReplyTo = card.ID
	}
	if o.send(ctx, d) {
		o.token = d.token
	}
}
