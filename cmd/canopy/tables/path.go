package tables

import (
	"errors"
	"path/filepath"
)

// Path is where the data file of a user is: $XDG_DATA_HOME/canopy/tables.json, else ~/.local/share/canopy/tables.json.
func Path(getenv func(string) string) (string, error) {
	folder := getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(folder) {
		// The specification has relative ones ignored.
		home := getenv("HOME")
		if !filepath.IsAbs(home) {
			return "", errors.New("no folder for the data file: neither XDG_DATA_HOME nor HOME is set")
		}
		folder = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(folder, "canopy", "tables.json"), nil
}

// Previous is where the version before the last update is kept.
func Previous(path string) string { return path + ".previous" }
