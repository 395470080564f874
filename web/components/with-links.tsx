/** Words in which each https address can be followed. */
export function WithLinks({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(ADDRESS).map((part, index) =>
        // Between any two pieces of text there is an address.
        index % 2 === 0 ? (
          part
        ) : (
          <a key={part} href={part} target="_blank" rel="noopener noreferrer">
            {part}
          </a>
        ),
      )}
    </>
  );
}

/** Without what ends a sentence behind it. */
const ADDRESS = /(https:\/\/[^\s]*[^\s.,;:)])/;
