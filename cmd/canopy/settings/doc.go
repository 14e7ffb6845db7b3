// Package settings reads the settings of the dashboard: a YAML file that its user writes and Canopy never does.
//
// One table, in table.go, describes every setting. The checks of the parser, the default file, the JSON schema and the page
// of the documentation all come from it, so they cannot differ. A setting that is wrong is named and ignored: the others
// hold, and in its place the default stays.
package settings
