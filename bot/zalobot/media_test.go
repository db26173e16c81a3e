package zalobot_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/internal/media"
)

// The platform fetches what it shows from where package media publishes it.
func TestShowsPublishedMedia(t *testing.T) {
	t.Parallel()
	disk, err := media.OpenDisk(t.TempDir(), media.DiskConfig{Now: start})
	if err != nil {
		t.Fatal(err)
	}
	var public *media.Public
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { public.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	if public, err = media.NewPublic(media.PublicConfig{Store: disk, Base: server.URL + "/media", Key: make([]byte, 32), Now: start}); err != nil {
		t.Fatal(err)
	}
	picture := []byte("\xff\xd8\xff\xe0 a picture")
	frame := append([]byte{0xff, 0xf1, 0x50, 0x80, 0x04, 0x1f, 0xfc}, make([]byte, 25)...) // of 32 bytes
	voice := append(frame, frame...)
	b, p := posted(t, zbfake.Options{Fetch: server.Client()}, func(c *zalobot.Config) { c.Media = public })
	var attachments []bot.Attachment
	for kind, data := range map[bot.AttachmentKind][]byte{bot.AttachPhoto: picture, bot.AttachVoice: voice} {
		key := fmt.Sprintf("a%031x", len(attachments))
		if _, err := disk.Put(t.Context(), key, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		attachments = append(attachments, bot.Attachment{Kind: kind, Key: key})
	}
	got, _ := b.sendAll(p, bot.Reply{Attachments: attachments})
	if len(got) != 2 {
		t.Fatalf("sent %+v, want a picture and a voice note", got)
	}
	for _, m := range got {
		want, kind := picture, "image/jpeg"
		if m.Voice != "" {
			want, kind = voice, "audio/aac"
		}
		if m.Type != kind || !bytes.Equal(m.Data, want) {
			t.Errorf("fetched %q of type %q, want %q of %q", m.Data, m.Type, want, kind)
		}
	}
}
