package record

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Delivery is one message on its way to one chat.
type Delivery struct {
	Chat    bot.ChatID // where it goes; the only place a chat's identity is stored readably
	Seq     uint64     // strictly rising per chat, from 1; it outlives «quên tôi»
	Reply   bot.Reply
	At      time.Time // when it was saved
	Expires time.Time // from then on it is as if it were not there
}

// deliveryJSON fixes the stored names, whatever the Go fields are called.
type deliveryJSON struct {
	Channel string    `json:"channel"`
	Bot     string    `json:"bot"`
	Chat    []byte    `json:"chat"` // bytes: JSON would not keep every string as it is
	Seq     uint64    `json:"seq"`
	Reply   bot.Reply `json:"reply"`
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
}

// EncodeDelivery returns the stored form of d: a version byte and JSON.
func EncodeDelivery(d Delivery) ([]byte, error) {
	raw, err := json.Marshal(deliveryJSON{
		d.Chat.Channel, d.Chat.Bot, []byte(d.Chat.Chat), d.Seq, d.Reply, d.At.UTC(), d.Expires.UTC(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode delivery: %w", err)
	}
	return append([]byte{version}, raw...), nil
}

// DecodeDelivery reads what [EncodeDelivery] wrote. Times come back in UTC.
func DecodeDelivery(b []byte) (Delivery, error) {
	if err := checkVersion(b); err != nil {
		return Delivery{}, fmt.Errorf("decode delivery: %w", err)
	}
	var j deliveryJSON
	if err := json.Unmarshal(b[1:], &j); err != nil {
		return Delivery{}, fmt.Errorf("decode delivery: %w", ErrCorrupt)
	}
	return Delivery{
		Chat:  bot.ChatID{Channel: j.Channel, Bot: j.Bot, Chat: string(j.Chat)},
		Seq:   j.Seq,
		Reply: j.Reply, At: j.At.UTC(), Expires: j.Expires.UTC(),
	}, nil
}
