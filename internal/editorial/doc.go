// Package editorial turns the cases that officers answered into work for the
// editors of the knowledge base.
//
// [Gaps] groups what the bot could not answer, the biggest group first: that is
// what the base lacks. [Drafts] makes an entry of an officer's own answer that
// its resident found clear, and a test question with it; an answer that was an
// entry sent in one tap becomes a wording proposed for that entry. [Folder] keeps
// them where no base looks, each case once.
//
// Nothing here goes to residents by itself. An editor reads every draft, finds
// the source, and takes it over. [Strip] removes what could name a person before
// anything is shown or written; urgent and confidential matters are left out
// altogether.
package editorial
