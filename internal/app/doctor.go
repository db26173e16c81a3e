package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// Finding is one thing that Examine looked at, told in Vietnamese.
type Finding struct {
	Name string
	Text string
	OK   bool
}

// Examine looks at everything a start needs, without starting, and leaves all
// as it was. One finding does not keep it from the next.
func Examine(ctx context.Context, settings *config.Config) []Finding {
	found := func(name, good string, err error) Finding {
		if err != nil {
			return Finding{name, err.Error(), false}
		}
		return Finding{name, good, true}
	}
	store, err := examineStore(ctx, settings)
	findings := []Finding{
		found("Thiết đặt", "phiên bản này chạy được", refuseUnsupported(settings)),
		found("Kho lưu", store, err),
	}
	copies, err := examineMedia(mediaFolder(settings))
	findings = append(findings, found("Hình, ghi âm", copies, err))
	base, err := examineKnowledge(settings)
	findings = append(findings, found("Kho kiến thức", base, err))
	for _, address := range []struct{ key, value string }{{"listen", settings.Listen}, {"admin_listen", settings.AdminListen}} {
		if address.value == "" {
			continue
		}
		err := examineAddress(ctx, address.key, address.value)
		findings = append(findings, found("Địa chỉ "+address.key, address.value+" còn trống", err))
	}
	return findings
}

// examineStore tells the durability class with the state.
func examineStore(ctx context.Context, settings *config.Config) (string, error) {
	if settings.Redis != "" {
		return examineRedis(ctx, settings)
	}
	return examineFile(settings.Data)
}

func examineFile(dir string) (string, error) {
	const class = "; tin đã nhận còn nguyên khi chương trình bị tắt ngang hay mất điện"
	name := filepath.Join(dir, "doithoai.db")
	if _, err := os.Stat(name); err == nil {
		s, err := boltstore.Open(name, boltstore.Options{SweepEvery: -1})
		if err != nil {
			return "", openProblem(dir, name, err)
		}
		if err := s.Close(); err != nil {
			return "", dataProblem(dir, err)
		}
		return name + " lành lặn" + class, nil
	}
	if err := probe(dir); err != nil {
		return "", dataProblem(dir, err)
	}
	return "sẽ được tạo ở " + name + class, nil
}

// probe writes where a folder is or will be made, and leaves nothing behind.
func probe(dir string) error {
	above := dir
	for {
		if _, err := os.Stat(above); err == nil {
			break
		}
		above = filepath.Dir(above)
	}
	file, err := os.CreateTemp(above, ".doithoai-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

func examineMedia(dir string) (string, error) {
	if err := probe(dir); err != nil {
		return "", mediaProblem(dir, err)
	}
	return "giữ ở " + dir + ", một ngày, theo hồ sơ thì 30 ngày", nil
}

func examineKnowledge(settings *config.Config) (string, error) {
	name, files := "kho có sẵn", quangngai.FS()
	if settings.Knowledge != "" {
		name, files = settings.Knowledge, os.DirFS(settings.Knowledge)
	}
	base, report := knowledge.Load(files)
	if base == nil {
		return "", refusedBase(settings.Knowledge, report)
	}
	return fmt.Sprintf("%s, %d mục, %d lời nhắc", name, len(base.IDs()), len(report.Warnings())), nil
}

func examineAddress(ctx context.Context, key, address string) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return listenProblem(key, address, err)
	}
	return listener.Close()
}
