from anagen.cli import main

main()
