// Package text is the one door through which text of a cluster reaches a person, on the screen and on the command line.
//
// Names, labels, annotations, image references and event messages are chosen by whoever may write to the cluster, so
// they are taken for hostile: an escape sequence could clear the screen or set the title, a bidirectional control could
// turn a name around, a zero-width character could make two names look alike. Nothing of that kind passes. It does not
// vanish either: a run of it becomes one question mark, so that "admin" and "admin" with something hidden in it stay
// two different names.
//
// What passes has a width that every terminal agrees on: a character whose width depends on how the terminal measures
// becomes a question mark as well.
package text
