package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"unicode"

	"github.com/doithoai/doithoai/internal/record"
)

// codeBytes is the length of what a code stands for: 128 bits cannot be guessed.
const codeBytes = 16

// codeLetters are Crockford's: no I, L, O, and no U, so that a code is read off
// a paper without doubt and spells nothing rude.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeGroup is how many letters stand between two dashes.
const codeGroup = 5

// Start of the payload that a link's code becomes, see [StartPayload].
const payloadMark = "invite:"

// secret is a code as it was drawn. It is never stored nor logged.
type secret [codeBytes]byte

// hash is what is stored of a code.
type hash [sha256.Size]byte

func (s secret) hash() hash { return sha256.Sum256(s[:]) }

// encoding writes and reads codes.
func encoding() *base32.Encoding {
	return base32.NewEncoding(codeLetters).WithPadding(base32.NoPadding)
}

// String returns the code as a person reads it, in groups.
func (s secret) String() string {
	letters := encoding().EncodeToString(s[:])
	var b strings.Builder
	for len(letters) > codeGroup+1 {
		b.WriteString(letters[:codeGroup] + "-")
		letters = letters[codeGroup:]
	}
	return b.String() + letters
}

// newSecret draws a code. One that looks like a phone number is drawn again: a
// message that waits for the store has such numbers masked.
func newSecret() secret {
	for {
		var s secret
		_, _ = rand.Read(s[:]) // it never fails
		if text := s.String(); record.Mask(text) == text {
			return s
		}
	}
}

// readCode reads a code as a person typed or pasted it: alone, with or without
// dashes, in letters of any size, O for 0 and I or L for 1. False for anything
// else.
func readCode(text string) (s secret, ok bool) {
	const letters = (codeBytes*8 + 4) / 5
	text = strings.TrimSpace(text)
	if len(text) > 4*letters {
		return secret{}, false
	}
	text = strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(r); {
		case unicode.Is(unicode.Dash, r):
			return -1
		case r == 'O':
			return '0'
		case r == 'I', r == 'L':
			return '1'
		}
		return r
	}, text)
	if len(text) != letters {
		return secret{}, false
	}
	b, err := encoding().DecodeString(text)
	// The last letter holds three bits and two that are not there.
	if err != nil || len(b) != codeBytes || encoding().EncodeToString(b) != text {
		return secret{}, false
	}
	return secret(b), true
}

// StartPayload is for the payload of a link https://t.me/bot?start=…: the button
// that [Front] takes for an invitation, false if it is none.
func StartPayload(payload string) (press string, known bool) {
	s, ok := readCode(payload)
	if !ok {
		return "", false
	}
	return payloadMark + s.String(), true
}

// Link returns the address that opens the Telegram bot of that name with a code.
func Link(bot, code string) string { return "https://t.me/" + bot + "?start=" + code }
