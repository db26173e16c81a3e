package record

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Letter carries a decision from the chat it was made in to another one. It is
// saved with the step that wrote it and applied by a step of its own, under
// its id as update id: applying it twice changes nothing.
type Letter struct {
	ID       string // see [Names.Letter]; unique in the store
	From     bot.ChatID
	Letter   bot.Letter
	At       time.Time // when it was written
	Attempts uint16    // how often applying it failed
}

// EndedLetter returns the letter that tells the chat of d how it ended.
func (n Names) EndedLetter(d Delivery, e bot.Ended, now time.Time) Letter {
	return Letter{ID: n.Ended(d.Chat, d.Seq, e.End), From: d.Chat, Letter: bot.Letter{To: d.Chat, Ended: &e, Trace: d.Trace}, At: now}
}

type letterJSON struct {
	ID          string     `json:"id"`
	FromChannel string     `json:"from_channel"`
	FromBot     string     `json:"from_bot"`
	FromChat    []byte     `json:"from_chat"`
	ToChannel   string     `json:"to_channel"`
	ToBot       string     `json:"to_bot"`
	ToChat      []byte     `json:"to_chat"`
	Letter      bot.Letter `json:"letter"`
	At          time.Time  `json:"at"`
	Attempts    uint16     `json:"attempts,omitempty"`
}

// EncodeLetter returns the stored form of l.
func (f Format) EncodeLetter(l Letter) ([]byte, error) {
	if f < withTrace {
		l.Letter.Trace = ""
	}
	j := letterJSON{
		ID: l.ID, FromChannel: l.From.Channel, FromBot: l.From.Bot, FromChat: []byte(l.From.Chat),
		ToChannel: l.Letter.To.Channel, ToBot: l.Letter.To.Bot, ToChat: []byte(l.Letter.To.Chat),
		Letter: l.Letter, At: l.At.UTC(), Attempts: l.Attempts,
	}
	raw, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("encode letter: %w", err)
	}
	return append([]byte{byte(f)}, raw...), nil
}

// DecodeLetter reads what [Format.EncodeLetter] wrote. Times come back in UTC.
func DecodeLetter(b []byte) (Letter, error) {
	if err := Newest.Reads(b); err != nil {
		return Letter{}, fmt.Errorf("decode letter: %w", err)
	}
	var j letterJSON
	if err := json.Unmarshal(b[1:], &j); err != nil {
		return Letter{}, fmt.Errorf("decode letter: %w", ErrCorrupt)
	}
	l := Letter{
		ID:   j.ID,
		From: bot.ChatID{Channel: j.FromChannel, Bot: j.FromBot, Chat: string(j.FromChat)},
		At:   j.At.UTC(), Attempts: j.Attempts, Letter: j.Letter,
	}
	l.Letter.To = bot.ChatID{Channel: j.ToChannel, Bot: j.ToBot, Chat: string(j.ToChat)}
	return l, nil
}
