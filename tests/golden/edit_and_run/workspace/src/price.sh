# Price of a line: quantity times unit price.
price() {
	echo $(($1 + $2))
}
