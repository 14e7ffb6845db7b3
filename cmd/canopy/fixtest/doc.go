// Package fixtest proves on a real API server what is promised of fixes: that the server takes every document of every rule,
// that the findings end which a fix says end, that nothing else changes, that the undo gives back what was there, and that
// a preview tells what then happens. It holds tests alone.
//
// Folder testdata/rules has a scene for each rule, the smallest cluster that breaks it, in a file named after the rule; further
// scenes of one rule have a word behind it. All that a scene has stands in namespaces of its own, named after it, or bears such a name.
package fixtest
