package boltstore

import (
	"bytes"
	"encoding/binary"

	"github.com/doithoai/doithoai/internal/record"
)

// The due bucket holds one list for each lane and one for work. A member
// stands in its list at most once; what it names knows where, so an entry is
// moved by removing the old one and writing the new one.

// The lists; their numbers are stored.
const (
	listWork byte = 1
	listLane byte = 2
)

func workList() []byte { return []byte{listWork} }

// laneList returns the list of a lane. Its length stands before it, so that no
// lane begins like another.
func laneList(lane string) []byte {
	b := binary.BigEndian.AppendUint32([]byte{listLane}, uint32(len(lane)))
	return append(b, lane...)
}

func dueKey(list []byte, at int64, member []byte) []byte {
	b := make([]byte, 0, len(list)+8+len(member))
	b = append(b, list...)
	b = binary.BigEndian.AppendUint64(b, sortable(at))
	return append(b, member...)
}

// firstDue returns the member of a list that has been due for longest, and its
// entry, or nil if none is due.
func (u *unit) firstDue(list []byte) (entry, member []byte) {
	k, _ := u.tx.Bucket(dueBucket).Cursor().Seek(list)
	if !hasPrefix(k, list) || binary.BigEndian.Uint64(k[len(list):]) > sortable(u.at) {
		return nil, nil
	}
	entry = bytes.Clone(k)
	return entry, entry[len(list)+8:]
}

// moveDue moves a member of a list; a time of 0 is nowhere.
func (u *unit) moveDue(list, member []byte, from, to int64) error {
	u.wrote = true
	b := u.tx.Bucket(dueBucket)
	if from != 0 && from != to {
		if err := b.Delete(dueKey(list, from, member)); err != nil {
			return err
		}
	}
	if to == 0 {
		return nil
	}
	return b.Put(dueKey(list, to, member), nil)
}

// unlist removes an entry that names nothing any more.
func (u *unit) unlist(entry []byte) error {
	u.wrote = true
	return u.tx.Bucket(dueBucket).Delete(entry)
}

// The members of the work list begin with what they are.
const (
	memberLetter byte = 'l'
	memberCase   byte = 'c'
)

func letterMember(id string) []byte { return append([]byte{memberLetter}, id...) }

func caseMember(name record.Name, code string) []byte {
	return append([]byte{memberCase}, caseKey(name, code)...)
}
