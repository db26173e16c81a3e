package escalation

import (
	"encoding/json"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// What the tests of officers' chats see besides the package's own face: the
// parts that Office.Decide is put together from.

func (o *Office) OfficerStep(s exchange.Situation, id string) exchange.Outcome {
	return o.officer(s, id, bookOf(s.Chat.Cases))
}

func (o *Office) RoomStep(s exchange.Situation, id string) exchange.Outcome {
	return o.room(s, id, bookOf(s.Chat.Cases))
}

func (o *Office) OfficerMentions(s exchange.Situation) []string { return o.mentions(s) }

func (o *Office) Post(c Case, effects []Effect, until time.Time, messages int, now time.Time) ([]bot.Reply, []bot.Letter) {
	if until.IsZero() {
		return o.post(c, effects, nil, now)
	}
	return o.post(c, effects, &window{until, messages}, now)
}

func (o *Office) Welcome(id string) []bot.Reply { return o.welcome(id) }

func BookOf(cases []record.Case) Book { return bookOf(cases) }

// SlipOf is what a letter tells the book of a chat of officers.
func SlipOf(l Line, told uint64) json.RawMessage {
	return envelope{Slip: &slip{Line: l, Told: told}}.encode()
}

// ReadEvent returns what a letter tells the home of a case, nil if nothing.
func ReadEvent(raw json.RawMessage) (*Event, error) {
	e, err := readEnvelope(raw)
	return e.Case, err
}

// ReadEnvelopeAgain decodes and encodes.
func ReadEnvelopeAgain(raw json.RawMessage) (json.RawMessage, error) {
	e, err := readEnvelope(raw)
	if err != nil {
		return nil, err
	}
	return e.encode(), nil
}

func ReadPayload(s string) (again string, ok bool) {
	a, ok := readAct(s)
	return a.String(), ok
}

func ReadCardTrack(s string) (string, bool)      { return readCardTrack(s) }
func ReadSaidTrack(s string) (string, int, bool) { return readSaidTrack(s) }
func SaidTrack(code string, no int) string       { return saidTrack(code, no) }

const (
	MaxLines   = maxLines
	MaxPayload = maxPayload
)
