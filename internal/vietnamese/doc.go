// Package vietnamese is the only place that knows the script: marks, tones,
// syllables, the keyboards' leftovers, the ways words are misspelt, and numbers
// in words.
//
// A resident types «hooj ngheof dduwocj», "ho ngheo duoc", or «hộ nghèo
// đươc»; all three must meet the same entry. The package offers the steps as
// small functions, so that a caller chooses how much to forgive:
//
//   - [Compose] and [Fold] give the two normal forms: NFC with the tone where
//     the modern spelling has it, and plain ASCII letters.
//   - [Tokenize] cuts a message into tokens and remembers where clauses end.
//   - [Untype] undoes Telex and VNI keystrokes that reached us as letters.
//   - [Speller] repairs a word that nobody in the knowledge base uses.
//   - [Sound] merges spellings that sound alike in central and southern speech.
//   - [Number] reads «bảy mươi hai», «trăm rưỡi», "1tr5".
//
// Nothing here knows a policy. Words with meaning live in the knowledge base
// (package knowledge).
package vietnamese
