// Package model is the vocabulary that every other package shares: what an object is called (Ref), what may change
// (Change), what was found (Finding, Evidence), how sure we are (Verdict, Coverage) and what is published (Report).
//
// It holds plain data. Reading a cluster is the work of the packages under k8s, judging it of those under analysis,
// showing it of those under ui; the interfaces by which they meet (Source, Writer, Inspector) are declared
// here and wired in cmd.
package model
