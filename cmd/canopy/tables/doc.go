// Package tables keeps the data file of the user: what is known of versions beyond what is part of the program. Load reads it, and Update
// takes newer tables from a file, a folder, an archive or an address, checks them, and writes the file anew, at once or not at all.
//
// What is read is data and is never carried out. It is read within bounds, no link is followed and nothing is unpacked to the disk. An
// update that cannot be used as a whole changes nothing. The file that was there stays beside the new one as PATH.previous.
package tables
