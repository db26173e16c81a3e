package zalooa

import "strings"

// payloadMark begins what a button sends. It is the sign that accounts on Zalo
// use for their commands anyway, so an operator may put «#menu» behind an item
// of the account's own menu too.
const payloadMark = "#"

// maxPayload is what bot.Button promises, in bytes.
const maxPayload = 64

// wirePayload is what a button with that payload sends.
func wirePayload(payload string) string { return payloadMark + payload }

// pressed reads what [wirePayload] wrote. Everybody can type it, so it is never
// more than a wish; and nobody types it by chance.
func pressed(text string) (payload string, ok bool) {
	payload, ok = strings.CutPrefix(text, payloadMark)
	if !ok || payload == "" || len(payload) > maxPayload {
		return "", false
	}
	first := payload[0] | 0x20
	plain := func(r rune) bool { return r > ' ' && r <= '~' }
	return payload, first >= 'a' && first <= 'z' && strings.IndexFunc(payload, func(r rune) bool { return !plain(r) }) < 0
}
