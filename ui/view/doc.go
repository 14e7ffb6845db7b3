// Package view holds what all screens share: what a screen is, the snapshot of a report that screens draw, the places one
// can go to, and the parts that screens are made of. Each screen is a package below this one.
//
// Two rules keep it instant. Nothing in Update, Do or View reads, waits or goes through all findings: that is done by
// commands, outside the program's loop, and what they bring comes back as a message. And nothing is drawn by the clock:
// without news and without a key the program writes no byte.
package view
