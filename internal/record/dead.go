package record

import (
	"encoding/json"
	"fmt"
	"time"
)

type deadJSON struct {
	ID       string    `json:"id"`
	Delivery []byte    `json:"delivery,omitempty"`
	Letter   []byte    `json:"letter,omitempty"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
}

// EncodeDead returns the stored form of d.
func (f Format) EncodeDead(d Dead) ([]byte, error) {
	j := deadJSON{ID: d.ID, Reason: d.Reason, At: d.At.UTC()}
	var err error
	if d.Letter.ID != "" {
		j.Letter, err = f.EncodeLetter(d.Letter)
	} else {
		j.Delivery, err = f.EncodeDelivery(d.Delivery)
	}
	if err != nil {
		return nil, fmt.Errorf("encode dead letter: %w", err)
	}
	raw, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("encode dead letter: %w", err)
	}
	return append([]byte{byte(f)}, raw...), nil
}

// DecodeDead reads what [Format.EncodeDead] wrote. Times come back in UTC.
func DecodeDead(b []byte) (Dead, error) {
	if err := Newest.Reads(b); err != nil {
		return Dead{}, fmt.Errorf("decode dead letter: %w", err)
	}
	var j deadJSON
	if err := json.Unmarshal(b[1:], &j); err != nil {
		return Dead{}, fmt.Errorf("decode dead letter: %w", ErrCorrupt)
	}
	d := Dead{ID: j.ID, Reason: j.Reason, At: j.At.UTC()}
	var err error
	if j.Letter != nil {
		d.Letter, err = DecodeLetter(j.Letter)
	} else {
		d.Delivery, err = DecodeDelivery(j.Delivery)
	}
	if err != nil {
		return Dead{}, fmt.Errorf("decode dead letter: %w", err)
	}
	return d, nil
}
