package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// keySize is the length of the key that signs the sessions of the web chat.
const keySize = 32

// sessionKey returns the key in the file, made if absent. With a fresh store
// it is made anew: a session of an earlier store would wait for deliveries
// whose numbers start again from one.
func sessionKey(name string, freshStore bool) ([]byte, error) {
	if !freshStore {
		key, err := os.ReadFile(name)
		switch {
		case err == nil && len(key) == keySize:
			return key, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("read session key: %w", err)
		}
	}
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails
	if err := writeFile(name, key); err != nil {
		return nil, fmt.Errorf("write session key: %w", err)
	}
	return key, nil
}

// writeFile puts data in the place of the file, durably: after a crash the
// file holds the old bytes or the new, never a part.
func writeFile(name string, data []byte) error {
	temporary := name + ".tmp"
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}
